import { hash } from "node:crypto";
import { encryptionAndTags } from "../../sync/upload/object-write.ts";
import type { RollbackOptions } from "../options.ts";
import type { SiteObject } from "./site-object.ts";

/** Stands among the wanted headers for a compression that is only made where the bytes have changed. */
export const COMPRESSION = "compress";

/** So much of a digest tells one value from another. */
const DIGEST_LENGTH = 16;

/**
 * What all objects of a publish have alike. Visitors never see these headers, and may see the manifest: it holds digests of their values.
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

/** All that is asked for an object beside its bytes, as the manifest keeps it: two publishes that ask for the same store the same. */
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
