import { pipeline, type Readable } from "node:stream";
import { createGzip } from "node:zlib";
import type { Header, Pack } from "tar-stream";
import { type ArchiveEntry, modeOf } from "./archive-entry.ts";
import { COMPRESSOR_BUFFERS, type EntryReader, isSmall } from "./entry-content.ts";
import { withoutSystem } from "./gzip-header.ts";

const MODIFIED = new Date(Date.UTC(1980, 0, 1));

/**
 * Writes a tar archive, compressed by gzip.
 *
 * @returns a stream. If it is destroyed, it closes the file that is being read.
 */
export async function writeTarGz(
  entries: readonly ArchiveEntry[],
  compressionLevel: number,
  reader: EntryReader,
): Promise<Readable> {
  const { pack } = await import("./archive-writers.ts");
  const tar = pack();
  const output = withoutSystem();
  const gzip = createGzip({ ...COMPRESSOR_BUFFERS, level: compressionLevel });
  // Errors of the streams in between become errors of the output.
  pipeline(tar, gzip, output, () => undefined);
  addEntries(tar, entries, reader).catch((error: Error) => output.destroy(error));
  return output;
}

async function addEntries(tar: Pack, entries: readonly ArchiveEntry[], reader: EntryReader): Promise<void> {
  for (const entry of entries) await (isSmall(entry) ? addSmall : addLarge)(tar, entry, reader);
  tar.finalize();
}

/** Written at once, because a stream for each small file would take several times as long. */
async function addSmall(tar: Pack, entry: ArchiveEntry, reader: EntryReader): Promise<void> {
  const bytes = await reader.readSmall(entry);
  await new Promise<void>((resolve, reject) => {
    const sink = tar.entry(headerOf(entry), (error) => (error ? reject(error) : resolve()));
    sink.once("error", reject);
    sink.end(bytes);
  });
}

async function addLarge(tar: Pack, entry: ArchiveEntry, reader: EntryReader): Promise<void> {
  const content = reader.stream(entry);
  try {
    await new Promise<void>((resolve, reject) => {
      const sink = tar.entry(headerOf(entry), (error) => (error ? reject(error) : resolve()));
      sink.once("error", reject);
      content.once("error", reject);
      content.pipe(sink);
    });
  } finally {
    content.destroy();
  }
}

function headerOf(entry: ArchiveEntry): Partial<Header> & Pick<Header, "name"> {
  return { name: entry.path, size: entry.sizeBytes, mode: modeOf(entry), mtime: MODIFIED, type: "file" };
}
