import { isFingerprinted } from "./fingerprint.ts";
import { mediaTypeOf } from "./text-like.ts";

const FOREVER = "public, max-age=31536000, immutable";
const REVALIDATED = "no-cache";
const AN_HOUR = "public, max-age=3600";

const PAGE_TYPES: ReadonlySet<string> = new Set(["text/html", "application/xhtml+xml"]);

/** Service workers, and what registers them or tells them what to cache: an old one keeps visitors with the old site. */
const WORKERS =
  /(?:^|\/)(?:sw|service-?worker|firebase-messaging-sw|registerSW|ngsw-worker|safety-worker)\.m?js$|(?:^|\/)ngsw\.json$|\.webmanifest$/;
/**
 * What tells open pages which version of the site is there: Nuxt, SvelteKit, and Gatsby ("Caching Static Sites" in Gatsby's documentation).
 */
const VERSIONS = /(?:^|\/)(?:_nuxt\/builds\/latest\.json|_app\/version\.json|page-data\/.*\.json)$/;

/** Whether a file, by its path, is a service worker, or registers one, or tells it which version of the site to cache. */
export function isOfServiceWorker(path: string): boolean {
  return WORKERS.test(path);
}

/** Whether an object is a page, by its content type. */
export function isPage(contentType: string): boolean {
  return PAGE_TYPES.has(mediaTypeOf(contentType));
}

/**
 * The Cache-Control of the `standard` preset: a year for what has a hash in its name, a question each time for pages and what they learn
 * the site's version from, an hour for the rest.
 *
 * @param path relative to the site, with `/`.
 */
export function presetCacheControl(path: string, contentType: string): string {
  if (isPage(contentType) || isOfServiceWorker(path) || VERSIONS.test(path)) return REVALIDATED;
  return isFingerprinted(path) ? FOREVER : AN_HOUR;
}
