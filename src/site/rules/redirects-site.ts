import { encodeUrlPath, urlPathsOf } from "../url-paths.ts";

/** The properties of a site that its redirects depend on. */
export interface RedirectSite {
  /** The names of its objects, including those for clean URLs, relative to the site. */
  readonly names: ReadonlySet<string>;
  /** The key prefix, empty or with a `/` at its end. */
  readonly prefix: string;
  /** The site's URL, if known. Its path ends with a `/`. */
  readonly siteUrl?: URL;
  readonly indexDocument: string;
}

/** The path of the site's URL, percent-encoded, with a `/` at both ends. */
export function basePathOf({ siteUrl, prefix }: RedirectSite): string {
  return siteUrl?.pathname ?? encodeUrlPath(`/${prefix}`);
}

/** The URL paths at which the site has a file, decoded, without a `/` at their end. */
export function pathsOfFiles({ names, indexDocument }: RedirectSite): ReadonlySet<string> {
  return new Set([...names].flatMap((name) => urlPathsOf(name, indexDocument)).map(withoutSlash));
}

/** The path without the `/` at its end; the root keeps it. */
function withoutSlash(path: string): string {
  return path.replace(/(.)\/$/, "$1");
}
