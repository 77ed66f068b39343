import { isFingerprinted } from "./fingerprint.ts";
import { mediaTypeOf } from "./text-like.ts";
import { belongsToPages, isOfServiceWorker } from "./update-files.ts";

export const FOREVER = "public, max-age=31536000, immutable";
const REVALIDATED = "no-cache";
export const AN_HOUR = "public, max-age=3600";

const PAGE_TYPES: ReadonlySet<string> = new Set(["text/html", "application/xhtml+xml"]);

/** Whether an object is a page, by its content type. */
export function isPage(contentType: string): boolean {
  return PAGE_TYPES.has(mediaTypeOf(contentType));
}

/**
 * The Cache-Control of the `standard` preset: a year for files with a hash in their name, revalidation for pages and files with the site's
 * version, an hour for all others.
 *
 * @param path relative to the site, with `/`.
 */
export function presetCacheControl(path: string, contentType: string): string {
  if (isPage(contentType) || isOfServiceWorker(path) || belongsToPages(path)) return REVALIDATED;
  return isFingerprinted(path) ? FOREVER : AN_HOUR;
}
