import { type FileHandle, open, stat } from "node:fs/promises";
import { ServiceError } from "../aws/errors.ts";
import type { Body } from "../aws/transport.ts";
import { BLOCK_SIZE_BYTES, type BlockPool } from "../files/block-pool.ts";
import { guessContentType } from "../files/content-type.ts";
import { FileChangedError, readFileRange, readSmallFile } from "../files/file-range.ts";
import type { Bucket } from "../s3/bucket.ts";
import { uploadMultipart } from "../s3/multipart-upload.ts";
import { partSizeFor } from "../s3/part-size.ts";
import { putObject } from "../s3/put-object.ts";
import type { RequestSlots } from "../s3/request-slots.ts";

/** Up to this size a file is read in one go; a larger one goes through a block again and again. */
const SMALL_FILE_BYTES = BLOCK_SIZE_BYTES - 1;
/** A large body keeps its connection busy for long, so fewer of them fill the line. */
const LARGE_BODY_WEIGHT = 4;
const PARALLEL_PARTS = 8;
/** What S3 answers where the bytes that came are not those that were announced. */
const BODY_MISMATCH_CODES = new Set(["BadDigest", "XAmzContentSHA256Mismatch"]);

/** What sending a file needs, whichever the file. */
export interface SendContext {
  readonly bucket: Bucket;
  readonly slots: RequestSlots;
  readonly pool: BlockPool;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have just been stored. */
  onStored(sizeBytes: number): void;
}

/**
 * Stores a file as an object, in one piece or in parts. What is stored is what was hashed: a file that changes meanwhile is sent once
 * more from the start.
 *
 * @returns the bytes stored.
 * @throws Error where the file changed again; Node's error where it cannot be read; what `Bucket.send` throws.
 */
export async function sendFile(context: SendContext, path: string, key: string, sizeBytes: number): Promise<number> {
  try {
    await sendOnce(context, path, key, sizeBytes);
    return sizeBytes;
  } catch (error) {
    if (!isChange(error)) throw error;
  }
  const { size } = await stat(path);
  try {
    await sendOnce(context, path, key, size);
    return size;
  } catch (error) {
    throw isChange(error) ? new Error("it changed twice while it was sent; let what writes to it end first") : error;
  }
}

function isChange(error: unknown): boolean {
  return error instanceof FileChangedError || (error instanceof ServiceError && BODY_MISMATCH_CODES.has(error.code));
}

async function sendOnce(context: SendContext, path: string, key: string, sizeBytes: number): Promise<void> {
  if (sizeBytes > SMALL_FILE_BYTES) return sendLargeFile(context, path, key, sizeBytes);
  await context.slots.run(1, async () => {
    context.signal.throwIfAborted();
    const block = context.pool.take();
    try {
      const bytes = readSmallFile(path, sizeBytes, block);
      const body: Body = { sizeBytes, chunks: () => [bytes] };
      await putObject(context.bucket, key, body, headersFor(path), context.signal);
    } finally {
      context.pool.giveBack(block);
    }
  });
  context.onStored(sizeBytes);
}

async function sendLargeFile(context: SendContext, path: string, key: string, sizeBytes: number): Promise<void> {
  const { bucket, slots, pool, signal } = context;
  const headers = headersFor(path);
  const file = await open(path);
  try {
    const before = await file.stat();
    if (before.size !== sizeBytes) throw new FileChangedError();
    const part = (startByte: number, partBytes: number): Body => ({
      sizeBytes: partBytes,
      chunks: () => readFileRange(file, startByte, partBytes, pool),
    });
    const sendPart = async (partBytes: number, send: () => Promise<void>) => {
      await slots.run(LARGE_BODY_WEIGHT, send);
      context.onStored(partBytes);
    };
    const partSizeBytes = partSizeFor(sizeBytes);
    const checkUnchanged = () => throwIfChanged(file, before.mtimeMs, sizeBytes);
    if (sizeBytes <= partSizeBytes) {
      await sendPart(sizeBytes, () => putObject(bucket, key, part(0, sizeBytes), headers, signal));
      await checkUnchanged();
    } else {
      const source = { sizeBytes, partSizeBytes, part };
      await uploadMultipart(
        bucket,
        key,
        source,
        { headers, parallelParts: PARALLEL_PARTS, sendPart, signal },
        checkUnchanged,
      );
    }
  } finally {
    await file.close();
  }
}

async function throwIfChanged(file: FileHandle, mtimeMs: number, sizeBytes: number): Promise<void> {
  const now = await file.stat();
  if (now.size !== sizeBytes || now.mtimeMs !== mtimeMs) throw new FileChangedError();
}

function headersFor(path: string): Record<string, string> {
  return { "content-type": guessContentType(path) };
}
