import { hash } from "node:crypto";
import { encryptionAndTags } from "../../sync/upload/object-write.ts";
import type { RollbackOptions } from "../options.ts";
import type { SiteObject } from "./site-object.ts";

/** Marks a wanted compression among the headers. It is only done if the bytes have changed. */
export const COMPRESSION = "compress";

/** This much of a digest is enough to distinguish values. */
const DIGEST_LENGTH = 16;

/**
 * The headers that all objects of a publish share. Visitors never see these headers but may read the manifest, so it contains digests of
 * their values.
 */
export function sharedHeaders({
  settings,
  encryption,
}: Pick<RollbackOptions, "settings" | "encryption">): Record<string, string> {
  const digests = Object.entries(encryptionAndTags(encryption, settings)).map(([name, value]) => {
    return [name, hash("sha256", value, "hex").slice(0, DIGEST_LENGTH)];
  });
  return Object.fromEntries(digests);
}

/** All settings of an object, as the manifest keeps them. Equal settings give equal values. */
export function desiredHeaders(
  { headers, compression }: SiteObject,
  shared: Readonly<Record<string, string>>,
): Record<string, string> {
  const wanted = { ...headers, ...shared, ...(compression ? { [COMPRESSION]: compression } : {}) };
  return Object.fromEntries(Object.entries(wanted).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The names of what differs, in their order; none if all is the same. */
export function differingHeaders(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => one[name] !== other[name]).sort();
}
