import { createHash } from "node:crypto";
import type { ArchiveEntry, ArchiveSettings } from "./archive-entry.ts";

/** To be raised with each change that makes other bytes of the same files. */
const WRITER_VERSION = 1;

/**
 * The SHA-256, in hex, of all that decides which bytes an archive has: two archives with the same one are equal, unless zlib changes.
 *
 * @param entries in the order of their names.
 */
export function contentHash(entries: readonly ArchiveEntry[], { format, compressionLevel }: ArchiveSettings): string {
  const hash = createHash("sha256");
  // Lines of JSON, so that no name can be taken for something else.
  const add = (values: readonly unknown[]) => hash.update(`${JSON.stringify(values)}\n`);
  add([format, compressionLevel, WRITER_VERSION]);
  for (const { path, isExecutable, sizeBytes, sha256 } of entries) {
    add([path, isExecutable, sizeBytes, sha256]);
  }
  return hash.digest("hex");
}
