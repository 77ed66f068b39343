import { guessContentType } from "../../files/content-type.ts";
import { isTextLike } from "./text-like.ts";

/** The content encodings of files that were compressed before the publish, by the ends of their names. */
const ENCODINGS: Readonly<Record<string, string>> = { gz: "gzip", br: "br", zst: "zstd" };

/**
 * The headers of a file that the build has compressed: content type and encoding. `app.js.gz` is such a file beside `app.js`; a `.tar.gz`
 * alone is an archive that visitors want as it is.
 *
 * @param isThere whether the site has a file of that path.
 * @returns undefined for a file of another kind.
 */
export function precompressedHeaders(
  path: string,
  isThere: (path: string) => boolean,
): Readonly<Record<"content-type" | "content-encoding", string>> | undefined {
  // Browsers show an SVG image with this name only with the right Content-Encoding (SVG 1.1, section 1.2).
  if (/\.svgz$/i.test(path)) return { "content-type": "image/svg+xml", "content-encoding": "gzip" };
  const [, held, ending] = /^(.+)\.(gz|br|zst)$/.exec(path) ?? [];
  if (held === undefined || ending === undefined || !isThere(held)) return undefined;
  const contentType = guessContentType(held);
  return isTextLike(contentType)
    ? { "content-type": contentType, "content-encoding": ENCODINGS[ending] as string }
    : undefined;
}
