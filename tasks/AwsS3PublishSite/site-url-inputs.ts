import type { InputReader } from "../../src/agent/inputs.ts";
import { CodedError } from "../../src/errors/coded-error.ts";

/** Reads the site's URL; undefined if the task has to derive it. */
export function readSiteUrl(reader: InputReader): URL | undefined {
  const text = reader.text("siteUrl");
  if (text.includes(PREVIEW)) {
    const message = `${PREVIEW} has a meaning only with action: preview. Enter the URL of the site.`;
    reader.problem("siteUrl", "url-invalid", message);
    return undefined;
  }
  return text === "" ? undefined : reader.check("siteUrl", () => parseSiteUrl(text), undefined);
}

/** The placeholder for the preview's name in siteUrl. */
const PREVIEW = "{preview}";

/**
 * Reads the URL of a preview; undefined if the task has to derive it.
 *
 * @param name of the preview; without a place for it in the URL, it is a folder at its end.
 */
export function readPreviewUrl(reader: InputReader, name: string): URL | undefined {
  const text = reader.text("siteUrl");
  if (text === "") return undefined;
  return reader.check(
    "siteUrl",
    () => {
      const url = parseSiteUrl(text.replaceAll(PREVIEW, name));
      if (!text.includes(PREVIEW)) url.pathname += `${name}/`;
      return url;
    },
    undefined,
  );
}

/** Whether the URL gives each preview a host name of its own, so that no two have the same origin. */
export function readHasOwnHost(reader: InputReader): boolean {
  const text = reader.text("siteUrl");
  const [one, other] = ["a", "b"].map((name) => text.replaceAll(PREVIEW, name)).filter((url) => URL.canParse(url));
  return one !== undefined && other !== undefined && new URL(one).hostname !== new URL(other).hostname;
}

/** @throws Error if it is no URL below which a site can be. What is entered is not repeated: it may hold a password. */
function parseSiteUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    const advice = "Enter a URL without user, password or query, for example https://www.example.com/.";
    throw new CodedError("url-invalid", `it is not the URL of a site. ${advice}`);
  }
  if (/%(?![\da-f]{2})/i.test(url.pathname)) {
    const message =
      "its path has a % that is not part of an escape, which servers refuse. Write %25 for a % character.";
    throw new CodedError("url-invalid", message);
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
