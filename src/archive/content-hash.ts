import { createHash } from "node:crypto";
import type { ArchiveEntry, ArchiveSettings } from "./archive-entry.ts";

/** Raise it with each change after which the same files give other bytes. */
const WRITER_VERSION = 1;

/**
 * The SHA-256, in hex, of everything that decides the bytes of an archive. Archives with the same hash are equal, unless zlib changes.
 *
 * @param entries in the order of their names.
 */
export function contentHash(entries: readonly ArchiveEntry[], { format, compressionLevel }: ArchiveSettings): string {
  const hash = createHash("sha256");
  // Lines of JSON, so that a name cannot be confused with anything else.
  const add = (values: readonly unknown[]) => hash.update(`${JSON.stringify(values)}\n`);
  add([format, compressionLevel, WRITER_VERSION]);
  for (const { path, isExecutable, sizeBytes, sha256 } of entries) {
    add([path, isExecutable, sizeBytes, sha256]);
  }
  return hash.digest("hex");
}
