import type { Readable } from "node:stream";
import type { ArchiveEntry, ArchiveSettings } from "./archive-entry.ts";
import { EntryReader, type ReadTools } from "./entry-content.ts";
import { writeTarGz } from "./tar-writer.ts";
import { whyZipNameIsRefused, writeZip } from "./zip-writer.ts";

/**
 * Writes an archive as a stream. The same entries with the same settings give the same bytes, whatever the machine, its time zone or the
 * version of Node.js.
 *
 * @param folder the entries' paths are relative to it.
 * @param entries in the order of their names, each of which `whyNameIsRefused` accepts.
 * @returns a stream that fails with `file-changed` if a file is not what it was, and with Node's error if one cannot be read. Destroy it
 *   if it is not read to its end.
 */
export async function writeArchive(
  folder: string,
  entries: readonly ArchiveEntry[],
  { format, compressionLevel }: ArchiveSettings,
  tools: ReadTools,
): Promise<Readable> {
  const reader = new EntryReader(folder, tools);
  return format === "zip" ? writeZip(entries, compressionLevel, reader) : writeTarGz(entries, compressionLevel, reader);
}

/** Why a file cannot go into an archive under its name, as the end of a sentence; undefined if it can. */
export function whyNameIsRefused(path: string, { format }: ArchiveSettings): string | undefined {
  return format === "zip" ? whyZipNameIsRefused(path) : undefined;
}

/** The most that an entry adds to its bytes: headers, its name twice, and the overhead of compression. */
const ENTRY_OVERHEAD_BYTES = 2_048;

/** An upper limit of the archive's size in bytes, even if nothing can be compressed. */
export function maxArchiveBytes(entries: readonly ArchiveEntry[]): number {
  const overheadBytes = ({ path, sizeBytes }: ArchiveEntry) =>
    ENTRY_OVERHEAD_BYTES + 4 * Buffer.byteLength(path) + Math.ceil(sizeBytes / 1_000);
  return entries.reduce((sum, entry) => sum + entry.sizeBytes + overheadBytes(entry), ENTRY_OVERHEAD_BYTES);
}
