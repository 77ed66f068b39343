import type { Encoding } from "../content/compress.ts";

/** What an object is in the order of a publish, and when it leaves the site. */
export type SiteObjectKind = "asset" | "page" | "index" | "redirect";

/** An object that the site is to have. */
export interface SiteObject {
  /** The key, less the prefix. */
  readonly relativeKey: string;
  readonly kind: SiteObjectKind;
  /** Whose bytes it has; absent for a redirect, which has none. */
  readonly file?: SiteFile;
  /** What is stored beside the bytes, encryption and tags apart: lower-case names, `content-type` among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** How its bytes are to be compressed, should that make them fewer. */
  readonly compression?: Encoding;
}

export interface SiteFile {
  /** Relative to the site's folder. */
  readonly path: string;
  readonly absolutePath: string;
  readonly sizeBytes: number;
}
