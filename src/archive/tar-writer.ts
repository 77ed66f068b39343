import { pipeline, type Readable, Transform } from "node:stream";
import { createGzip } from "node:zlib";
import type { Pack } from "tar-stream";
import { type ArchiveEntry, modeOf } from "./archive-entry.ts";
import { entryContent, type OnRead } from "./entry-content.ts";

const MODIFIED = new Date(Date.UTC(1980, 0, 1));

/**
 * Writes a tar archive, compressed by gzip.
 *
 * @returns a stream. If it is destroyed, it closes the file that is being read.
 */
export async function writeTarGz(
  entries: readonly ArchiveEntry[],
  compressionLevel: number,
  onRead: OnRead,
): Promise<Readable> {
  const { pack } = await import("./archive-writers.ts");
  const tar = pack();
  const output = withoutSystem();
  const gzip = createGzip({ level: compressionLevel });
  // Errors of the streams in between become errors of the output.
  pipeline(tar, gzip, output, () => undefined);
  addEntries(tar, entries, onRead).catch((error: Error) => output.destroy(error));
  return output;
}

async function addEntries(tar: Pack, entries: readonly ArchiveEntry[], onRead: OnRead): Promise<void> {
  for (const entry of entries) await addEntry(tar, entry, onRead);
  tar.finalize();
}

async function addEntry(tar: Pack, entry: ArchiveEntry, onRead: OnRead): Promise<void> {
  const { path: name, sizeBytes: size } = entry;
  const content = entryContent(entry, onRead);
  try {
    await new Promise<void>((resolve, reject) => {
      const header = { name, size, mode: modeOf(entry), mtime: MODIFIED, type: "file" } as const;
      const sink = tar.entry(header, (error) => (error ? reject(error) : resolve()));
      sink.once("error", reject);
      content.once("error", reject);
      content.pipe(sink);
    });
  } finally {
    content.destroy();
  }
}

/** Place of the byte that names the operating system, and its value for "unknown". Source: RFC 1952, section 2.3. */
const SYSTEM_OFFSET = 9;
const UNKNOWN_SYSTEM = 255;

/** Sets the operating system in the header of a gzip stream to "unknown". */
function withoutSystem(): Transform {
  let positionBytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const offset = SYSTEM_OFFSET - positionBytes;
      if (offset >= 0 && offset < chunk.length) chunk[offset] = UNKNOWN_SYSTEM;
      positionBytes += chunk.length;
      done(null, chunk);
    },
  });
}
