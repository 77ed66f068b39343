import { type FileHandle, open, writeFile } from "node:fs/promises";
import { createDigest, type Digest, isCrc } from "../checksums/algorithms.ts";
import { combineCrc } from "../checksums/combine.ts";
import type { FileDigester } from "../files/file-digest.ts";
import type { TargetFolder } from "../files/safe-path.ts";
import { discard, publish, temporaryPathFor } from "../files/temporary-file.ts";
import type { Bucket } from "../s3/bucket.ts";
import { customerKeyHeaders, type Encryption } from "../s3/encryption.ts";
import { getObject, ObjectReplacedError } from "../s3/get-object.ts";
import { headObject, type ObjectHead, readObjectHead } from "../s3/head-object.ts";
import { inParallel } from "../s3/in-parallel.ts";
import { checksumOf, type ObjectChecksum } from "../s3/object-checksum.ts";
import type { RequestSlots } from "../s3/request-slots.ts";
import { LARGE_BODY_WEIGHT } from "./send-file.ts";

/** Up to this size a file is kept in memory until it is whole, and written in one go. */
const SMALL_FILE_BYTES = 256 * 1024;
/** Larger objects come in pieces of this size, side by side. */
const PIECE_SIZE_BYTES = 16 * 1024 ** 2;
const PARALLEL_PIECES = 8;

/** What fetching an object needs, whichever the object. */
export interface FetchContext {
  readonly bucket: Bucket;
  readonly target: TargetFolder;
  readonly slots: RequestSlots;
  readonly digester: FileDigester;
  readonly encryption: Encryption | undefined;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have just been written. */
  onStored(sizeBytes: number): void;
}

/** An object, and the file that it becomes. */
export interface FetchedObject {
  readonly key: string;
  /** As it was listed. */
  readonly etag: string;
  readonly sizeBytes: number;
  /** Of the file, relative to the target. */
  readonly path: string;
}

/** The bytes that came are not those that S3 says it has. */
class ChecksumError extends Error {
  constructor(algorithm: string) {
    super(`what came does not have the ${algorithm} that S3 tells of it, twice; the file is left as it was`);
  }
}

/**
 * Brings an object to its file. The bytes go to a temporary file beside it, are checked against the object's checksum (where it has none,
 * against its size), and only then does the file get its name: at no moment is there a part of a file under it.
 *
 * An object that is replaced meanwhile, and bytes that turn out wrong, are fetched once more from the start.
 *
 * @returns the bytes written.
 * @throws Error where it was replaced again, or the bytes are wrong again; Node's error where it cannot be written; what `Bucket.send` throws.
 */
export async function fetchFile(context: FetchContext, object: FetchedObject): Promise<number> {
  const path = await context.target.fileFor(object.path);
  try {
    return await fetchOnce(context, object, path);
  } catch (error) {
    if (!(error instanceof ObjectReplacedError || error instanceof ChecksumError)) throw error;
  }
  const { etag, sizeBytes } = await headObject(context.bucket, object.key, {
    customerKey: context.encryption,
    signal: context.signal,
  });
  return fetchOnce(context, { ...object, etag, sizeBytes }, path);
}

async function fetchOnce(context: FetchContext, object: FetchedObject, path: string): Promise<number> {
  const temporaryPath = temporaryPathFor(path);
  try {
    const isSingle = object.sizeBytes <= PIECE_SIZE_BYTES && !object.etag.includes("-");
    const head = await (isSingle ? fetchInOne : fetchInPieces)(context, object, temporaryPath);
    context.signal.throwIfAborted();
    await publish(temporaryPath, path, head.lastModifiedMs);
    return head.sizeBytes;
  } catch (error) {
    await discard(temporaryPath);
    const isFolder = ["EISDIR", "ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "");
    throw isFolder ? new Error(`there is a folder at ${path}; remove it, or choose another folder`) : error;
  }
}

/** With one request, and its checksum computed as the bytes come. */
async function fetchInOne(context: FetchContext, object: FetchedObject, temporaryPath: string): Promise<ObjectHead> {
  const { bucket, slots, encryption, signal } = context;
  const isSmall = object.sizeBytes <= SMALL_FILE_BYTES;
  return slots.run(isSmall ? 1 : LARGE_BODY_WEIGHT, async () => {
    signal.throwIfAborted();
    let head: ObjectHead | undefined;
    let checksum: ObjectChecksum | undefined;
    let digest: Digest | undefined;
    const sink = isSmall ? new MemorySink() : new FileSink(await open(temporaryPath, "wx"), 0);
    const reader = {
      start(response: Parameters<typeof readObjectHead>[0]) {
        head = readObjectHead(response);
        checksum = checksumOf(head);
        if (checksum?.partsCount === undefined && checksum) digest = createDigest(checksum.algorithm);
      },
      take(chunk: Buffer) {
        digest?.update(chunk);
        return sink.write(chunk);
      },
    };
    try {
      await getObject(bucket, object.key, reader, { headers: customerKeyHeaders(encryption), signal });
    } finally {
      if (sink instanceof FileSink) await sink.file.close();
    }
    if (sink instanceof MemorySink) await writeFile(temporaryPath, sink.bytes(), { flag: "wx" });
    const fetched = head as unknown as ObjectHead;
    if (sink.writtenBytes !== fetched.sizeBytes) throw new ChecksumError("size");
    if (digest && checksum && !digest.digest().equals(checksum.digest)) throw new ChecksumError(checksum.algorithm);
    context.onStored(sink.writtenBytes);
    return fetched;
  });
}

interface Piece {
  readonly startByte: number;
  readonly sizeBytes: number;
}

/** In pieces side by side, each with a digest of its own where those make up the object's checksum. */
async function fetchInPieces(context: FetchContext, object: FetchedObject, temporaryPath: string): Promise<ObjectHead> {
  const { bucket, encryption, signal } = context;
  const head = await headObject(bucket, object.key, { customerKey: encryption, signal });
  const checksum = checksumOf(head);
  const parts =
    checksum?.partsCount === undefined ? undefined : await findParts(context, object.key, head, checksum.partsCount);
  const pieces = parts ?? cut(head.sizeBytes, PIECE_SIZE_BYTES);
  const isOfPieces =
    checksum !== undefined && (checksum.partsCount === undefined ? isCrc(checksum.algorithm) : parts !== undefined);
  const digests: Buffer[] = new Array(pieces.length);

  const file = await open(temporaryPath, "wx");
  try {
    await inParallel(pieces, PARALLEL_PIECES, signal, (piece, index, pieceSignal) =>
      context.slots.run(LARGE_BODY_WEIGHT, async () => {
        pieceSignal.throwIfAborted();
        const digest = isOfPieces ? createDigest(checksum.algorithm) : undefined;
        const sink = new FileSink(file, piece.startByte);
        const reader = {
          take(chunk: Buffer) {
            digest?.update(chunk);
            return sink.write(chunk);
          },
        };
        await getObject(bucket, object.key, reader, {
          piece,
          etag: head.etag,
          headers: customerKeyHeaders(encryption),
          signal: pieceSignal,
        });
        if (sink.writtenBytes !== piece.sizeBytes) throw new ChecksumError("size");
        if (digest) digests[index] = digest.digest();
        context.onStored(piece.sizeBytes);
      }),
    );
  } finally {
    await file.close();
  }
  if (isOfPieces) {
    if (!joinDigests(checksum, pieces, digests).equals(checksum.digest)) throw new ChecksumError(checksum.algorithm);
  } else if (checksum && checksum.partsCount === undefined) {
    // An MD5 or SHA of the whole runs from the first byte to the last: over the file, now that it is there.
    const { algorithm } = checksum;
    const own = await context.digester.digest({ path: temporaryPath, sizeBytes: head.sizeBytes, algorithm });
    if (!own.equals(checksum.digest)) throw new ChecksumError(algorithm);
  }
  return head;
}

/**
 * The parts that an object came in. Most have one size but the last, which the first one then tells; else each is asked for.
 *
 * @returns undefined where the store does not tell.
 */
async function findParts(
  { bucket, encryption, signal }: FetchContext,
  key: string,
  { sizeBytes, etag }: ObjectHead,
  partsCount: number,
): Promise<Piece[] | undefined> {
  const headOf = (partNumber: number) => headObject(bucket, key, { customerKey: encryption, partNumber, signal });
  const first = await headOf(1);
  if (first.etag !== etag) throw new ObjectReplacedError();
  if (Math.ceil(sizeBytes / first.sizeBytes) === partsCount) return cut(sizeBytes, first.sizeBytes);
  if (first.partsCount !== partsCount) return undefined;
  const sizes = [first.sizeBytes];
  for (let partNumber = 2; partNumber <= partsCount; partNumber++) sizes.push((await headOf(partNumber)).sizeBytes);
  if (sizes.reduce((sum, size) => sum + size, 0) !== sizeBytes) return undefined;
  let startByte = 0;
  return sizes.map((size) => {
    const piece = { startByte, sizeBytes: size };
    startByte += size;
    return piece;
  });
}

function cut(sizeBytes: number, pieceSizeBytes: number): Piece[] {
  return Array.from({ length: Math.ceil(sizeBytes / pieceSizeBytes) }, (_, index) => {
    const startByte = index * pieceSizeBytes;
    return { startByte, sizeBytes: Math.min(pieceSizeBytes, sizeBytes - startByte) };
  });
}

function joinDigests(
  { algorithm, partsCount }: ObjectChecksum,
  pieces: readonly Piece[],
  digests: readonly Buffer[],
): Buffer {
  if (partsCount !== undefined) {
    const whole = createDigest(algorithm);
    for (const digest of digests) whole.update(digest);
    return whole.digest();
  }
  if (!isCrc(algorithm)) throw new Error(`${algorithm} does not combine`);
  return digests.reduce((sum, digest, index) => combineCrc(algorithm, sum, digest, pieces[index]?.sizeBytes ?? 0));
}

/** Keeps a small file until it is whole. */
class MemorySink {
  readonly #chunks: Buffer[] = [];
  writtenBytes = 0;

  write(chunk: Buffer): void {
    // The chunk may be overwritten by what comes next.
    this.#chunks.push(Buffer.from(chunk));
    this.writtenBytes += chunk.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** Writes from a place in a file on. */
class FileSink {
  readonly file: FileHandle;
  readonly #startByte: number;
  writtenBytes = 0;

  constructor(file: FileHandle, startByte: number) {
    this.file = file;
    this.#startByte = startByte;
  }

  async write(chunk: Buffer): Promise<void> {
    for (let offset = 0; offset < chunk.length; ) {
      const position = this.#startByte + this.writtenBytes;
      const { bytesWritten } = await this.file.write(chunk, offset, chunk.length - offset, position);
      offset += bytesWritten;
      this.writtenBytes += bytesWritten;
    }
  }
}
