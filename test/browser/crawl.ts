import { inParallel } from "../../src/s3/concurrency/in-parallel.ts";

/** What a visitor gets at a path. */
export interface Page {
  /** As a server calls it, without parameters. */
  readonly contentType: string;
  readonly body: Buffer;
}

/** Where a crawler gets pages from; undefined if there is none. Paths are those of URLs, percent-encoded. */
export type Source = (path: string) => Promise<Page | undefined>;

/** Requests under way at once. */
const CONCURRENCY = 16;

const LINKING_TYPES = ["text/html", "text/css"];

/** `href` and `src` of elements, and `url()` of styles: in quotes of either kind, or in none. */
const LINKS = /\s(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))|\burl\(\s*["']?([^"')]+)["']?\s*\)/gi;

/**
 * Follows all links of a site, from its root on and no further than the site.
 * @returns what there is at each path that is linked to, and undefined if nothing is.
 */
export async function crawl(source: Source): Promise<ReadonlyMap<string, Page | undefined>> {
  const pages = new Map<string, Page | undefined>();
  for (let paths = ["/"]; paths.length > 0; ) {
    const fetched = await inParallel(paths, CONCURRENCY, new AbortController().signal, source);
    for (const [index, path] of paths.entries()) pages.set(path, fetched[index]);
    const links = paths.flatMap((path, index) => linksOf(path, fetched[index]));
    paths = [...new Set(links)].filter((path) => !pages.has(path));
  }
  return pages;
}

/** The paths of the same site that a page links to. */
function linksOf(path: string, page: Page | undefined): string[] {
  if (page === undefined || !LINKING_TYPES.includes(page.contentType)) return [];
  const home = "http://site.test";
  return [...page.body.toString().matchAll(LINKS)].flatMap(([, ...captures]) => {
    const link = captures.find((capture) => capture !== undefined)?.replaceAll("&amp;", "&") ?? "";
    if (!URL.canParse(link, home + path)) return [];
    const url = new URL(link, home + path);
    return url.origin === home ? [url.pathname] : [];
  });
}
