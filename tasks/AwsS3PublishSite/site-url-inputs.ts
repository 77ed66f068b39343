import type { InputReader } from "../../src/agent/inputs.ts";
import { CodedError } from "../../src/errors/coded-error.ts";

/** Reads the site's URL; undefined if the task has to derive it. */
export function readSiteUrl(reader: InputReader): URL | undefined {
  const text = reader.text("siteUrl");
  return text === "" ? undefined : reader.check("siteUrl", () => parseSiteUrl(text), undefined);
}

/** @throws Error if it is no URL below which a site can be. What is entered is not repeated: it may hold a password. */
function parseSiteUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    const advice = "Enter a URL without user, password or query, for example https://www.example.com/.";
    throw new CodedError("url-invalid", `it is not the URL of a site. ${advice}`);
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
