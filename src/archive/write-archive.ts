import type { Readable } from "node:stream";
import type { ArchiveEntry, ArchiveSettings } from "./archive-entry.ts";
import type { OnRead } from "./entry-content.ts";
import { writeTarGz } from "./tar-writer.ts";
import { refuseZipName, writeZip } from "./zip-writer.ts";

/**
 * Writes an archive as a stream. The same entries with the same settings give the same bytes, whatever the machine, its time zone or the
 * version of Node.js.
 *
 * @param entries in the order of their names, each of which `refuseName` accepts.
 * @param onRead called with the number of bytes that have just been read from a file.
 * @returns a stream that fails with `file-changed` if a file is not what it was, and with Node's error if one cannot be read. Destroy it
 *   if it is not read to its end.
 */
export function writeArchive(
  entries: readonly ArchiveEntry[],
  { format, compressionLevel }: ArchiveSettings,
  onRead: OnRead = () => undefined,
): Promise<Readable> {
  return format === "zip" ? writeZip(entries, compressionLevel, onRead) : writeTarGz(entries, compressionLevel, onRead);
}

/** Why a file cannot go into an archive under its name, as the end of a sentence; undefined if it can. */
export function refuseName(path: string, { format }: ArchiveSettings): string | undefined {
  return format === "zip" ? refuseZipName(path) : undefined;
}

/** The most that an entry adds to its bytes: headers, its name twice, and the overhead of compression. */
const ENTRY_OVERHEAD_BYTES = 2_048;

/** An upper limit of the archive's size in bytes, even if nothing can be compressed. */
export function maxArchiveBytes(entries: readonly ArchiveEntry[]): number {
  const overheadBytes = ({ path, sizeBytes }: ArchiveEntry) =>
    ENTRY_OVERHEAD_BYTES + 4 * Buffer.byteLength(path) + Math.ceil(sizeBytes / 1_000);
  return entries.reduce((sum, entry) => sum + entry.sizeBytes + overheadBytes(entry), ENTRY_OVERHEAD_BYTES);
}
