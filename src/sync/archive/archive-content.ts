import { createHash } from "node:crypto";
import { pipeline, type Readable, Transform } from "node:stream";
import { finished } from "node:stream/promises";
import type { ArchiveEntry, ArchiveSettings } from "../../archive/archive-entry.ts";
import type { ReadTools } from "../../archive/entry-content.ts";
import { writeArchive } from "../../archive/write-archive.ts";
import type { WrittenArchive } from "./archive-plan.ts";

/** The compressor's many small pieces are collected in blocks, because they would fragment the memory until a part is complete. */
const BLOCK_BYTES = 256 * 1024;

/** An archive as a stream, and its properties when it is complete. */
export interface ArchiveStream {
  readonly bytes: Readable;
  written(): WrittenArchive;
}

/**
 * Writes an archive as a stream that is measured on its way.
 *
 * @param folder the entries' paths are relative to it.
 */
export async function streamArchive(
  folder: string,
  entries: readonly ArchiveEntry[],
  settings: ArchiveSettings,
  tools: ReadTools,
): Promise<ArchiveStream> {
  const sha256 = createHash("sha256");
  let sizeBytes = 0;
  let block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  let filledBytes = 0;
  const measured = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sha256.update(chunk);
      sizeBytes += chunk.length;
      for (let copiedBytes = 0; copiedBytes < chunk.length; ) {
        const moreBytes = chunk.copy(block, filledBytes, copiedBytes);
        copiedBytes += moreBytes;
        filledBytes += moreBytes;
        if (filledBytes < BLOCK_BYTES) continue;
        this.push(block);
        block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
        filledBytes = 0;
      }
      done();
    },
    flush(done) {
      done(null, block.subarray(0, filledBytes));
    },
  });
  // Each end of the pipe destroys the other one. Errors are reported at this end.
  pipeline(await writeArchive(folder, entries, settings, tools), measured, () => undefined);
  return { bytes: measured, written: () => ({ sizeBytes, sha256: sha256.copy().digest("hex") }) };
}

/**
 * Writes an archive without storing it, to get its properties.
 *
 * @throws as the stream of `writeArchive` fails; the signal's reason.
 */
export async function measureArchive(
  folder: string,
  entries: readonly ArchiveEntry[],
  settings: ArchiveSettings,
  signal: AbortSignal,
): Promise<WrittenArchive> {
  const { bytes, written } = await streamArchive(folder, entries, settings, { signal });
  const onAbort = () => bytes.destroy(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    bytes.resume();
    await finished(bytes);
    return written();
  } finally {
    signal.removeEventListener("abort", onAbort);
    bytes.destroy();
  }
}
