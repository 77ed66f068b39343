import type { FileHandle } from "node:fs/promises";
import { pipeline, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Header } from "tar-stream";
import { asReason } from "../errors/bounded-text.ts";
import { fileErrorCode } from "../errors/system-codes.ts";
import type { RawEntry } from "./archive-contents.ts";
import { ArchiveError, damagedArchive, refuseEntry, shownName } from "./archive-error.ts";
import { NameMeter } from "./extract-limits.ts";
import { BLOCK_BYTES, TarHeaders } from "./tar-headers.ts";

const CHUNK_BYTES = 256 * 1024;

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
 * @param file of the archive, which is closed in the end.
 * @param onInflated called with the number of bytes that have just been decompressed; what it throws ends the reading.
 * @throws {ArchiveError} if the archive is damaged or cut off, or an entry is neither a file nor a folder; Node's error; what `onInflated`
 * throws.
 */
export async function* tarEntries(
  file: FileHandle,
  onInflated: (sizeBytes: number) => void,
): AsyncGenerator<RawEntry, void> {
  const { extractTar } = await import("./archive-libraries.ts");
  const tar = extractTar(ANY_FORMAT);
  const headers = new TarHeaders();
  const names = new NameMeter();
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const reading = new Promise<unknown>((resolve) => {
    pipeline(
      file.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES }),
      gunzip,
      watched(headers, onInflated),
      tar,
      resolve,
    );
  });
  let lastName: string | undefined;
  let place = 0;
  try {
    for await (const stream of tar) {
      lastName = stream.header.name;
      names.add(lastName);
      const described = describe(stream.header);
      confirmHeader(stream.header, stream.offset, headers);
      yield { ...described, place: place++, content: () => stream as AsyncIterable<Buffer> };
      // If the caller did not read it, it is skipped.
      stream.resume();
    }
    // Errors of the streams before it may only appear here.
    const error = await reading;
    if (error) throw error;
    if (!headers.isEnded) throw new Error("the end-of-archive marker is missing, so it may be incomplete");
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

/** @throws {ArchiveError} if other programs would read the entry's headers otherwise than tar-stream does. */
function confirmHeader({ name, size }: Header, headerAt: number, headers: TarHeaders): void {
  const found = headers.next();
  if (found?.refusal !== undefined) throw refuseEntry(name, found.refusal);
  if (found?.sizeBytes !== size || found?.contentAt !== headerAt + BLOCK_BYTES) {
    throw refuseEntry(name, "its size is not a number, or not one that all programs read alike");
  }
}

/** Lets the bytes of a tar archive through, counts them, and has its headers read before tar-stream reads them. */
function watched(headers: TarHeaders, onInflated: (sizeBytes: number) => void): Transform {
  return new Transform({
    readableHighWaterMark: CHUNK_BYTES,
    writableHighWaterMark: CHUNK_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      try {
        onInflated(chunk.length);
        headers.add(chunk);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}
