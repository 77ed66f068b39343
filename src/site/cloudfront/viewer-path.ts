import { encodeUrlPath } from "../url-paths.ts";

/**
 * Characters that an invalidation cannot write as viewers request them: CloudFront refuses a plain `~` and does not match an encoded one;
 * S3 reads a plain `+` as a space, so links differ; and browsers encode the others differently.
 *
 * Source: "What you need to know when invalidating files" in the Amazon CloudFront Developer Guide for those of RFC 1738 that it wants
 * encoded.
 */
const AMBIGUOUS = /[~+[\]|^]/;

/**
 * Writes a path for an invalidation, percent-encoded exactly as browsers do. A path with a character that has several forms is covered by
 * a wildcard that ends before it.
 *
 * @param path as viewers ask for it, but not encoded.
 */
export function invalidationPath(path: string): string {
  const position = path.search(AMBIGUOUS);
  return position < 0 ? encodePath(path) : `${encodePath(path.slice(0, position))}*`;
}

/** CloudFront requires an encoded apostrophe, no matter how viewers write it. */
function encodePath(path: string): string {
  return encodeUrlPath(path).replaceAll("'", "%27");
}

/** The wildcard for all paths that begin like this, for example with the path of a folder and a `/`. */
export function invalidationWildcard(beginning: string): string {
  return invalidationPath(beginning).replace(/\*?$/, "*");
}

/** CloudFront reads a `*` as a wildcard only at the end. */
export function isWildcard(path: string): boolean {
  return path.endsWith("*");
}
