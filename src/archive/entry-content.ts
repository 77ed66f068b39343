import { createHash, hash } from "node:crypto";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { CodedError } from "../errors/coded-error.ts";
import { FileChangedError, readSmallFile } from "../files/file-range.ts";
import type { ArchiveEntry } from "./archive-entry.ts";

/** The read size. It is the same on each machine, because zlib's output may depend on how its input is cut. */
const BLOCK_BYTES = 32 * 1024;

/** Called with the number of bytes that have just been read. */
export type OnRead = (sizeBytes: number) => void;

/** The bytes of a file, as a stream that closes the file when it is destroyed. It fails if they are not those that were digested. */
export function entryContent(entry: ArchiveEntry, onRead: OnRead): Readable {
  const chunks = entry.sizeBytes < BLOCK_BYTES ? readWhole(entry, onRead) : readInBlocks(entry, onRead);
  return Readable.from(explainChange(chunks, entry.path), { objectMode: false, highWaterMark: BLOCK_BYTES });
}

async function* explainChange(chunks: Iterable<Buffer> | AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof FileChangedError)) throw error;
    const message = `the file ${path} changed while it was archived; run the step when the program that writes it has finished`;
    throw new CodedError("file-changed", message, { cause: error });
  }
}

function* readWhole({ absolutePath, sizeBytes, sha256 }: ArchiveEntry, onRead: OnRead): Generator<Buffer> {
  // The stream keeps the chunk, so each file needs its own block.
  const bytes = readSmallFile(absolutePath, sizeBytes, Buffer.allocUnsafe(sizeBytes + 1));
  if (!hash("sha256", bytes, "buffer").equals(sha256)) throw new FileChangedError();
  onRead(sizeBytes);
  if (sizeBytes > 0) yield bytes;
}

async function* readInBlocks(
  { absolutePath, sizeBytes, sha256 }: ArchiveEntry,
  onRead: OnRead,
): AsyncGenerator<Buffer> {
  const file = await open(absolutePath);
  try {
    const digest = createHash("sha256");
    for (let doneBytes = 0; doneBytes < sizeBytes; ) {
      const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, sizeBytes - doneBytes));
      for (let filledBytes = 0; filledBytes < block.length; ) {
        const { bytesRead } = await file.read(block, filledBytes, block.length - filledBytes, doneBytes + filledBytes);
        if (bytesRead === 0) throw new FileChangedError();
        filledBytes += bytesRead;
      }
      doneBytes += block.length;
      digest.update(block);
      onRead(block.length);
      // The last block is passed on only if the whole file is unchanged.
      if (doneBytes === sizeBytes) {
        const { bytesRead } = await file.read(Buffer.allocUnsafe(1), 0, 1, sizeBytes);
        if (bytesRead > 0 || !digest.digest().equals(sha256)) throw new FileChangedError();
      }
      yield block;
    }
  } finally {
    await file.close();
  }
}
