import type { Readable } from "node:stream";
import { type ArchiveEntry, modeOf } from "./archive-entry.ts";
import { entryContent, type OnRead } from "./entry-content.ts";

const REGULAR_FILE = 0o100000;

/**
 * Writes a zip archive with zip64 where it is needed, each entry compressed: Java cannot read stored entries whose size comes after them.
 *
 * @returns a stream. If it is destroyed, it closes the file that is being read.
 */
export async function writeZip(
  entries: readonly ArchiveEntry[],
  compressionLevel: number,
  onRead: OnRead,
): Promise<Readable> {
  const { ZipFile } = await import("./archive-writers.ts");
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  let content: Readable | undefined;
  output.once("close", () => content?.destroy());
  zip.on("error", (error: Error) => output.destroy(error));
  // A local time, as in the format. Unless only the DOS form is used, a UTC field is added, which differs between time zones.
  const always = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, compressionLevel };
  for (const entry of entries) {
    const options = { ...always, mode: REGULAR_FILE | modeOf(entry), size: entry.sizeBytes };
    zip.addReadStreamLazy(entry.path, options, (begin) => {
      content = entryContent(entry, onRead);
      content.once("error", (error) => output.destroy(error));
      begin(undefined, content);
    });
  }
  zip.end();
  return output;
}

/** Why a zip archive cannot contain a name, as the end of a sentence; undefined if it can. */
export function refuseZipName(path: string): string | undefined {
  if (path.includes("\\")) return "its name has a \\ in it, which programs that read zip archives take for a /";
  if (/^[a-z]:/i.test(path)) return "its name begins like a drive of Windows, which zip archives must not have";
  return Buffer.byteLength(path) > 0xffff ? "its name is longer than a zip archive allows" : undefined;
}
