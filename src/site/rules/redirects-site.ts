import { urlPathsOf } from "../url-paths.ts";

/** What there is to know of a site before its redirects can be made. */
export interface RedirectSite {
  /** Of its objects, those for clean URLs among them, relative to the site. */
  readonly names: ReadonlySet<string>;
  /** The key prefix, empty or with a `/` at its end. */
  readonly prefix: string;
  /** Where visitors find the site, where that is known; its path ends with a `/`. */
  readonly siteUrl?: URL;
  readonly indexDocument: string;
}

/** The path of the site's URL, percent-encoded, with a `/` at both ends. */
export function basePathOf({ siteUrl, prefix }: RedirectSite): string {
  return siteUrl?.pathname ?? encodeURI(`/${prefix}`);
}

/** The URL paths at which the site has a file, decoded, without a `/` at their end. */
export function pathsOfFiles({ names, indexDocument }: RedirectSite): ReadonlySet<string> {
  return new Set([...names].flatMap((name) => urlPathsOf(name, indexDocument)).map(withoutSlash));
}

/** The path less the `/` at its end; the root stays. */
function withoutSlash(path: string): string {
  return path.replace(/(.)\/$/, "$1");
}
