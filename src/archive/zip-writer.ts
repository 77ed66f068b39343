import { pipeline, Readable } from "node:stream";
import { crc32, createDeflateRaw, deflateRawSync } from "node:zlib";
import { eventLoopTurns } from "../scheduling/event-loop-turns.ts";
import { type ArchiveEntry, modeOf } from "./archive-entry.ts";
import { BLOCK_BYTES, COMPRESSOR_BUFFERS, type EntryReader, isSmall } from "./entry-content.ts";
import { centralHeader, dataDescriptor, endOfDirectory, localHeader, type ZipRecord } from "./zip-format.ts";

/** The properties of an entry's content after it is written. Its name and permissions are in the entry. */
type WrittenContent = Pick<ZipRecord, "crc32" | "compressedBytes" | "offsetBytes">;

/**
 * Writes a zip archive with zip64 if it is needed, each entry compressed: Java cannot read stored entries whose size comes after them.
 *
 * @returns a stream. If it is destroyed, it closes the file that is being read.
 */
export function writeZip(entries: readonly ArchiveEntry[], compressionLevel: number, reader: EntryReader): Readable {
  const chunks = gathered(new ZipWriter(entries, compressionLevel, reader).chunks());
  return Readable.from(chunks, { objectMode: false, highWaterMark: BLOCK_BYTES });
}

class ZipWriter {
  readonly #entries: readonly ArchiveEntry[];
  readonly #level: number;
  readonly #reader: EntryReader;
  #writtenBytes = 0;

  constructor(entries: readonly ArchiveEntry[], level: number, reader: EntryReader) {
    this.#entries = entries;
    this.#level = level;
    this.#reader = reader;
  }

  async *chunks(): AsyncGenerator<Buffer> {
    const written: WrittenContent[] = [];
    const takeTurns = eventLoopTurns();
    for (const entry of this.#entries) {
      written.push(yield* this.#writeEntry(entry));
      await takeTurns();
    }
    const offsetBytes = this.#writtenBytes;
    for (const [index, content] of written.entries()) {
      yield this.#count(centralHeader(recordOf(this.#entries[index] as ArchiveEntry, content)));
      await takeTurns();
    }
    yield endOfDirectory(written.length, offsetBytes, this.#writtenBytes - offsetBytes);
  }

  async *#writeEntry(entry: ArchiveEntry): AsyncGenerator<Buffer, WrittenContent> {
    const offsetBytes = this.#writtenBytes;
    yield this.#count(localHeader(Buffer.from(entry.path)));
    const contentOffset = this.#writtenBytes;
    const crc = isSmall(entry) ? yield* this.#writeSmall(entry) : yield* this.#writeLarge(entry);
    const content = { crc32: crc, compressedBytes: this.#writtenBytes - contentOffset, offsetBytes };
    yield this.#count(dataDescriptor({ ...content, sizeBytes: entry.sizeBytes }));
    return content;
  }

  /** Compressed at once, because a stream for each small file would take several times as long. @returns the CRC of its bytes */
  async *#writeSmall(entry: ArchiveEntry): AsyncGenerator<Buffer, number> {
    const bytes = await this.#reader.readSmall(entry);
    // Enough for the whole result. zlib would take more memory by default.
    yield this.#count(deflateRawSync(bytes, { level: this.#level, chunkSize: 64 + bytes.length }));
    return crc32(bytes);
  }

  async *#writeLarge(entry: ArchiveEntry): AsyncGenerator<Buffer, number> {
    let crc = 0;
    const reader = this.#reader;
    async function* blocks(): AsyncGenerator<Buffer> {
      for await (const block of reader.readBlocks(entry)) {
        crc = crc32(block, crc);
        yield block;
      }
    }
    // If the blocks fail, the deflater fails with the same error.
    const deflater = pipeline(
      blocks(),
      createDeflateRaw({ ...COMPRESSOR_BUFFERS, level: this.#level }),
      () => undefined,
    );
    for await (const chunk of deflater) yield this.#count(chunk);
    return crc;
  }

  #count(chunk: Buffer): Buffer {
    this.#writtenBytes += chunk.length;
    return chunk;
  }
}

function recordOf(entry: ArchiveEntry, content: WrittenContent): ZipRecord {
  return { ...content, name: Buffer.from(entry.path), mode: modeOf(entry), sizeBytes: entry.sizeBytes };
}

/** Joins small chunks, because each chunk passes through several streams. */
async function* gathered(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    waitingBytes += chunk.length;
    if (waitingBytes < BLOCK_BYTES) continue;
    yield waiting.length === 1 ? chunk : Buffer.concat(waiting, waitingBytes);
    waiting = [];
    waitingBytes = 0;
  }
  yield Buffer.concat(waiting, waitingBytes);
}

/** Why a zip archive cannot contain a name, as the end of a sentence; undefined if it can. */
export function whyZipNameIsRefused(path: string): string | undefined {
  if (path.includes("\\")) return "its name has a \\, which some programs read as a /";
  if (/^[a-z]:/i.test(path)) return "its name starts with a drive letter, which zip archives do not allow";
  return Buffer.byteLength(path) > 0xffff ? "its name is longer than a zip archive allows" : undefined;
}
