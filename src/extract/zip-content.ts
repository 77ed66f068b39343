import { createReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createInflateRaw, type InflateRaw, inflateRawSync } from "node:zlib";
import type { ArchiveBytes } from "./archive-bytes.ts";

/** The place and form of an entry's bytes in its archive. */
export interface ZipData {
  readonly startByte: number;
  readonly compressedSize: number;
  /** As claimed by the directory. */
  readonly sizeBytes: number;
  /** Whether the bytes are those of the file; otherwise Deflate has compressed them. */
  readonly isStored: boolean;
}

/** Small entries are inflated in one go: for thousands of them a stream each takes many times as long. */
const SMALL_BYTES = 512 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** The content of an entry. @throws Node's or zlib's error, or an Error, if it is not what the directory claims. */
export async function* zipContent(file: FileHandle, bytes: ArchiveBytes, data: ZipData): AsyncGenerator<Buffer, void> {
  if (data.compressedSize <= SMALL_BYTES && data.sizeBytes <= SMALL_BYTES) yield inflateSmall(bytes, data);
  else if (data.isStored) yield* stored(file, data);
  else yield* inflateLarge(file, data);
}

function inflateSmall(bytes: ArchiveBytes, data: ZipData): Buffer {
  const { startByte, compressedSize, sizeBytes, isStored } = data;
  const block = bytes.read(startByte, compressedSize);
  if (block.length < compressedSize) throw new Error("the archive ends before the end of this entry");
  if (isStored) return block;
  // One byte more, to detect content that is too long.
  const { buffer, engine } = inflateRawSync(block, { maxOutputLength: sizeBytes + 1, info: true }) as unknown as {
    buffer: Buffer;
    engine: InflateRaw;
  };
  checkConsumed(engine, compressedSize);
  return buffer;
}

function stored(file: FileHandle, { startByte, compressedSize }: ZipData): AsyncIterable<Buffer> {
  // A stream of the handle itself would add a listener to it for each entry.
  return createReadStream("", {
    fd: file.fd,
    start: startByte,
    end: startByte + compressedSize - 1,
    highWaterMark: CHUNK_BYTES,
    autoClose: false,
  });
}

async function* inflateLarge(file: FileHandle, data: ZipData): AsyncGenerator<Buffer, void> {
  if (data.compressedSize === 0) throw new Error("unexpected end of file");
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
  // An error, if any, is thrown at the end of the stream that is read.
  pipeline(stored(file, data), inflate, () => undefined);
  yield* inflate;
  checkConsumed(inflate, data.compressedSize);
}

function checkConsumed({ bytesWritten }: InflateRaw, compressedSize: number): void {
  if (bytesWritten !== compressedSize) throw new Error("there is extra data after its compressed content");
}
