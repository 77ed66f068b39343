const PAGE_ENDING = ".html";
const ERROR_PAGE = "404.html";

/**
 * The paths at which visitors request an object, not percent-encoded: an index document also stands for its folder, with or without the
 * `/` at the end.
 *
 * @param name the object's name relative to the site.
 * @param indexDocument the name of the document that stands for a folder, for example `index.html`.
 */
export function urlPathsOf(name: string, indexDocument: string): string[] {
  const folder = indexedFolder(name, indexDocument);
  if (folder === undefined) return [`/${name}`];
  return folder === "" ? [`/${name}`, "/"] : [`/${name}`, `/${folder}`, `/${folder.slice(0, -1)}`];
}

/**
 * Writes a path as browsers request it, percent-encoded exactly as they do. For a cache, `&` and `%26` are two pages. Links contain both
 * forms of `+`, and S3 reads a plain one as a space.
 */
export function encodeUrlPath(path: string): string {
  return encodeURI(path).replaceAll("?", "%3F").replaceAll("#", "%23").replaceAll("+", "%2B");
}

/** Decodes a path. One that is not encoded as a URL is stays as it is. */
export function decodeUrlPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * The additional names of a page for clean URLs: for `about.html` those of `/about` and `/about/`, and `docs/` for `docs/index.html` if
 * no website endpoint finds the index document by itself. None for the root's index document and error document.
 *
 * @param path relative to the site. The caller must check whether another file has the name.
 */
export function cleanNames(path: string, indexDocument: string, hasWebsiteEndpoint: boolean): string[] {
  const folder = indexedFolder(path, indexDocument);
  if (folder !== undefined) return folder === "" || hasWebsiteEndpoint ? [] : [folder];
  if (path === ERROR_PAGE || !path.endsWith(PAGE_ENDING)) return [];
  const name = path.slice(0, -PAGE_ENDING.length);
  if (/(^|\/)\.{0,2}$/.test(name)) return [];
  return [name, hasWebsiteEndpoint ? `${name}/${indexDocument}` : `${name}/`];
}

/** The folder, empty or with a `/` at its end, for which an object is the index document; undefined if it is none. */
function indexedFolder(name: string, indexDocument: string): string | undefined {
  const folder = name.slice(0, name.lastIndexOf("/") + 1);
  return name === folder + indexDocument ? folder : undefined;
}
