import type { Encoding } from "../content/compress.ts";

/** The role of an object, which decides its place in the order of a publish and when it is deleted. */
export type SiteObjectKind = "asset" | "page" | "index" | "redirect";

/** An object that the site will have. */
export interface SiteObject {
  /** The key, less the prefix. */
  readonly relativeKey: string;
  readonly kind: SiteObjectKind;
  /** The file with its bytes; absent for a redirect, which has none, and for objects that a rollback restores. */
  readonly file?: SiteFile;
  /** For objects that a rollback restores: their stored form. */
  readonly storedBytes?: number;
  /** Its headers, without encryption and tags: lower-case names, including `content-type`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The compression, which is used if it makes the object smaller. */
  readonly compression?: Encoding;
  /** Whether browsers keep it for a year only because its name seems to contain a hash of its content. */
  readonly isImmutableByName?: true;
  /** Its bytes changed under such a name, so the name contains no hash. */
  readonly reusesName?: true;
}

export interface SiteFile {
  /** Relative to the site's folder. */
  readonly path: string;
  readonly absolutePath: string;
  readonly sizeBytes: number;
}
