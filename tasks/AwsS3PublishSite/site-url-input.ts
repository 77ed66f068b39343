import type { InputReader } from "../../src/agent/inputs.ts";
import type { TaskAccess } from "../access-inputs.ts";

interface Surroundings {
  /** Undefined where something is wrong with it, which the reader has been told. */
  readonly access: TaskAccess | undefined;
  readonly verify: boolean;
  readonly isBehindDistribution: boolean;
}

/** Reads at which URL visitors find the site; undefined where it is to be derived. */
export function readSiteUrl(
  reader: InputReader,
  { access, verify, isBehindDistribution }: Surroundings,
): URL | undefined {
  const text = reader.text("siteUrl");
  if (text !== "") return reader.check("siteUrl", () => parseSiteUrl(text), undefined);
  const endpoint = access?.store.endpoint;
  if (verify && endpoint && !isBehindDistribution) {
    const why = `it is empty, and where visitors find a site of ${endpoint.host} cannot be derived`;
    reader.problem("siteUrl", `${why}. Enter its URL, or set verify to false.`);
  }
  return undefined;
}

/** @throws Error where it is no URL below which a site can be. */
function parseSiteUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    const advice = "Enter it as https://www.example.com/, without user, password or query.";
    throw new Error(`it is not the URL of a site. ${advice}`);
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
