import { createReadStream } from "node:fs";
import { pipeline, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Header } from "tar-stream";
import { asReason } from "../errors/bounded-text.ts";
import { fileErrorCode } from "../errors/system-codes.ts";
import type { ArchiveFile, RawEntry } from "./archive-entry.ts";
import { ArchiveError, damagedArchive, refuseEntry, shownName } from "./archive-error.ts";

const CHUNK_BYTES = 256 * 1024;
const BLOCK_BYTES = 512;

/** Archives of the oldest format do not name it; headers have a checksum in any case. The library's types lack this option. */
const ANY_FORMAT: object = { allowUnknownFormat: true };

/** By the type of an entry, what can neither be a file nor a folder here. */
const REFUSED_TYPES: Readonly<Partial<Record<Header["type"], string>>> = {
  link: "it is a hard link",
  symlink: "it is a symbolic link",
  "character-device": "it is a device",
  "block-device": "it is a device",
  fifo: "it is a named pipe",
};
const KNOWN_TYPES: readonly (string | null)[] = ["file", "contiguous-file", "directory"];

/** By zlib's error codes. */
const GZIP_ERRORS: Readonly<Record<string, string>> = {
  "incorrect header check": "it is not a gzip file, or there is extra data after its end",
  "unexpected end of file": "it is incomplete",
  "incorrect data check": "its CRC is not the one in its header",
  "incorrect length check": "its size is not the one in its header",
};

/**
 * The entries of a tar archive that is compressed by gzip.
 *
 * @param onInflated called with the number of bytes that have just been decompressed; what it throws ends the reading.
 * @throws {ArchiveError} if the archive is damaged or cut off, or an entry is neither a file nor a folder; Node's error; what `onInflated`
 * throws.
 */
export async function* tarEntries(
  { path }: ArchiveFile,
  onInflated: (sizeBytes: number) => void,
): AsyncGenerator<RawEntry, void> {
  const { extractTar } = await import("./archive-libraries.ts");
  const tar = extractTar(ANY_FORMAT);
  const end = new TarEnd(onInflated);
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const reading = new Promise<unknown>((resolve) => {
    pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), gunzip, end, tar, resolve);
  });
  let lastName: string | undefined;
  let place = 0;
  try {
    for await (const stream of tar) {
      lastName = stream.header.name;
      yield { ...describe(stream.header), place: place++, content: () => stream as AsyncIterable<Buffer> };
      // If the caller did not read it, it is skipped.
      stream.resume();
    }
    // Errors of the streams before it may only appear here.
    const error = await reading;
    if (error) throw error;
    if (!end.isMarked) throw new Error("the end-of-archive marker is missing, so it may be incomplete");
  } catch (error) {
    if (error instanceof ArchiveError || fileErrorCode(error)) throw error;
    const gzipReason = GZIP_ERRORS[(error as Error).message];
    // Bytes are decompressed ahead of the entry that is being read.
    const what =
      lastName !== undefined && gzipReason === undefined
        ? `it is damaged at its entry ${shownName(lastName)} or after it`
        : "it cannot be read";
    throw damagedArchive(what, gzipReason ?? asReason((error as Error).message), error);
  } finally {
    tar.destroy();
    await reading;
  }
}

function describe({ name, type, size, mode, pax }: Header): Omit<RawEntry, "place" | "content"> {
  // Although its type does not say so, it is null for a type that the library does not know.
  const refusal = REFUSED_TYPES[type];
  if (refusal) throw refuseEntry(name, refusal);
  const isSparse = Object.keys(pax ?? {}).some((key) => key.startsWith("GNU.sparse."));
  if (!KNOWN_TYPES.includes(type) || isSparse) throw refuseEntry(name, "it is of a type that is not supported");
  const isFolder = type === "directory" || name.endsWith("/");
  // The library would read the content as entries.
  if (isFolder && size > 0) throw refuseEntry(name, "it is a folder, and has content");
  return { name, isFolder, sizeBytes: size, crc32: undefined, mode: mode & 0o777 };
}

/** Lets the bytes of a tar archive through, counts them, and notes whether they end as they have to: with a block of zeros. */
class TarEnd extends Transform {
  readonly #onInflated: (sizeBytes: number) => void;
  #zeroBytesAtEnd = 0;

  constructor(onInflated: (sizeBytes: number) => void) {
    super({ readableHighWaterMark: CHUNK_BYTES, writableHighWaterMark: CHUNK_BYTES });
    this.#onInflated = onInflated;
  }

  get isMarked(): boolean {
    return this.#zeroBytesAtEnd >= BLOCK_BYTES;
  }

  override _transform(chunk: Buffer, _encoding: string, done: (error: Error | null, chunk?: Buffer) => void): void {
    try {
      this.#onInflated(chunk.length);
      this.#noteZeros(chunk);
      done(null, chunk);
    } catch (error) {
      done(error as Error);
    }
  }

  #noteZeros(chunk: Buffer): void {
    let zeros = 0;
    while (zeros < chunk.length && chunk[chunk.length - 1 - zeros] === 0) zeros++;
    this.#zeroBytesAtEnd = zeros === chunk.length ? this.#zeroBytesAtEnd + zeros : zeros;
  }
}
