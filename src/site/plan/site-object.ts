import type { Encoding } from "../content/compress.ts";

/** What an object is in the order of a publish, and when it leaves the site. */
export type SiteObjectKind = "asset" | "page" | "index" | "redirect";

/** An object that the site is to have. */
export interface SiteObject {
  /** The key, less the prefix. */
  readonly relativeKey: string;
  readonly kind: SiteObjectKind;
  /** Whose bytes it has; absent for a redirect, which has none, and for what a rollback brings back. */
  readonly file?: SiteFile;
  /** Of what a rollback brings back, as it is stored. */
  readonly storedBytes?: number;
  /** What is stored beside the bytes, encryption and tags apart: lower-case names, `content-type` among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** How its bytes are to be compressed, should that make them fewer. */
  readonly compression?: Encoding;
  /** Browsers are told to keep it for a year, for no other reason than that its name looks like one with a hash of its content. */
  readonly isImmutableByName?: true;
  /** Its bytes changed under such a name: what looks like a hash is none. */
  readonly reusesName?: true;
}

export interface SiteFile {
  /** Relative to the site's folder. */
  readonly path: string;
  readonly absolutePath: string;
  readonly sizeBytes: number;
}
