import { encodeUrlPath } from "../url-paths.ts";

/**
 * Characters for which an invalidation cannot say what viewers ask: CloudFront refuses `~` as it is and misses it when it is encoded, S3 takes
 * a bare `+` for a blank, so that links differ, and browsers differ in what they encode of the others.
 *
 * Source: "What you need to know when invalidating files" in the Amazon CloudFront Developer Guide for those of RFC 1738 that it wants encoded.
 */
const AMBIGUOUS = /[~+[\]|^]/;

/**
 * Writes a path for an invalidation: percent-encoded where browsers encode, and in nothing else. A path with a character that can come in
 * several forms is covered by a wildcard that ends before it.
 *
 * @param path as viewers ask for it, but not encoded.
 */
export function invalidationPath(path: string): string {
  const position = path.search(AMBIGUOUS);
  return position < 0 ? encodePath(path) : `${encodePath(path.slice(0, position))}*`;
}

/** CloudFront wants an apostrophe encoded, whichever way viewers write it. */
function encodePath(path: string): string {
  return encodeUrlPath(path).replaceAll("'", "%27");
}

/** The wildcard for all that is in a folder, whose path ends with a `/`. */
export function invalidationWildcard(folder: string): string {
  return invalidationPath(folder).replace(/\*?$/, "*");
}

/** CloudFront takes a `*` at the end for a wildcard, and for itself elsewhere. */
export function isWildcard(path: string): boolean {
  return path.endsWith("*");
}
