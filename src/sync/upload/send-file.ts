import { type FileHandle, open, stat } from "node:fs/promises";
import { ServiceError } from "../../aws/errors/errors.ts";
import { CodedError } from "../../errors/coded-error.ts";
import { BLOCK_SIZE_BYTES, type BlockPool } from "../../files/block-pool.ts";
import type { FileDigester } from "../../files/digest/file-digest.ts";
import type { Disk } from "../../files/disk.ts";
import { FileChangedError, readFileRange, readSmallFile } from "../../files/file-range.ts";
import type { Body } from "../../http/messages.ts";
import type { Bucket } from "../../s3/bucket.ts";
import type { WeightedSemaphore } from "../../s3/concurrency/weighted-semaphore.ts";
import type { DigestedBody } from "../../s3/digest.ts";
import { mayResumeLater } from "../../s3/may-resume-later.ts";
import { type MultipartOptions, type MultipartSource, uploadMultipart } from "../../s3/multipart/multipart-upload.ts";
import { findReusableParts } from "../../s3/multipart/reusable-parts.ts";
import { type ObjectWrite, putObject } from "../../s3/put-object.ts";
import type { UnfinishedUploads } from "./resume.ts";

/** Up to this size a file is read in one go; a larger one goes through a block again and again. */
const SMALL_FILE_BYTES = BLOCK_SIZE_BYTES - 1;
const PARALLEL_PARTS = 8;
/** What S3 answers where the bytes that came are not those that were announced. */
const BODY_MISMATCH_CODES = new Set(["BadDigest", "XAmzContentSHA256Mismatch"]);

/** What sending a file needs, whichever the file. */
export interface SendContext {
  readonly bucket: Bucket;
  readonly slots: WeightedSemaphore;
  /** Each holds a small file whole. */
  readonly smallBlocks: BlockPool;
  /** Of what is read and sent at once. */
  readonly largeBlocks: BlockPool;
  /** Reads what is in no single block. */
  readonly disk: Disk;
  readonly digester: FileDigester;
  partSizeFor(sizeBytes: number): number;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have just been stored. */
  onStored(sizeBytes: number): void;
  /** Called where an upload failed, and what is stored of it waits in the bucket for the next run. */
  onLeftUnfinished(): void;
}

/** A file, and the object that it becomes. */
export interface FileToSend {
  /** Absolute. */
  readonly path: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly write: ObjectWrite;
  /** What can be resumed; absent where the object's settings cannot be read back from an unfinished upload. */
  readonly unfinished: UnfinishedUploads | undefined;
}

/** What has been stored. */
export interface SentObject {
  readonly sizeBytes: number;
  /** Without quotation marks; empty where the store does not tell it. */
  readonly etag: string;
  /** Whether an upload was resumed for it, of whose headers nothing is known. */
  readonly isResumed: boolean;
}

/**
 * Stores a file as an object, in one piece or in parts. What is stored is what was hashed: a file that changes meanwhile is sent once
 * more from the start.
 *
 * @throws Error where the file changed again; Node's error where it cannot be read; what `Bucket.send` throws.
 */
export async function sendFile(context: SendContext, file: FileToSend): Promise<SentObject> {
  try {
    return await sendOnce(context, file);
  } catch (error) {
    if (!isChange(error)) throw error;
  }
  const { size: sizeBytes } = await stat(file.path);
  try {
    return await sendOnce(context, { ...file, sizeBytes });
  } catch (error) {
    throw isChange(error)
      ? new CodedError(
          "file-changed",
          "it changed twice while it was sent. Run the step when the program that writes it has finished",
        )
      : error;
  }
}

function isChange(error: unknown): boolean {
  return error instanceof FileChangedError || (error instanceof ServiceError && BODY_MISMATCH_CODES.has(error.awsCode));
}

async function sendOnce(context: SendContext, file: FileToSend): Promise<SentObject> {
  if (file.sizeBytes > SMALL_FILE_BYTES) return sendLargeFile(context, file);
  const { bucket, slots, smallBlocks, signal } = context;
  const { sizeBytes } = file;
  const { etag } = await slots.run(1, async () => {
    signal.throwIfAborted();
    const block = smallBlocks.take();
    try {
      const bytes = readSmallFile(file.path, sizeBytes, block);
      const body: Body = { sizeBytes, chunks: () => [bytes] };
      return await putObject(bucket, file.key, body, file.write, signal);
    } finally {
      smallBlocks.giveBack(block);
    }
  });
  context.onStored(sizeBytes);
  return { sizeBytes, etag, isResumed: false };
}

async function sendLargeFile(context: SendContext, sent: FileToSend): Promise<SentObject> {
  const { bucket, slots, digester, largeBlocks, disk, signal } = context;
  const { path, key, sizeBytes, write } = sent;
  const file = await open(path);
  try {
    const before = await file.stat();
    if (before.size !== sizeBytes) throw new FileChangedError();
    bucket.threads?.expect(sizeBytes);
    const part = (startByte: number, partBytes: number): DigestedBody => {
      const stretch = { path, startByte, sizeBytes: partBytes, goesOn: startByte + partBytes < sizeBytes };
      return {
        sizeBytes: partBytes,
        chunks: () => readFileRange(file, startByte, partBytes, { pool: largeBlocks, disk }),
        digest: (algorithm, alsoBy) => digester.digest({ ...stretch, algorithm, alsoBy }),
        carrier: bucket.threads?.sender({ descriptor: file.fd, startByte, sizeBytes: partBytes }),
      };
    };
    const sendPart = async <T>(partBytes: number, send: () => Promise<T>): Promise<T> => {
      const result = await slots.run(slots.largeBodyWeight, send);
      context.onStored(partBytes);
      return result;
    };
    const partSizeBytes = context.partSizeFor(sizeBytes);
    const checkUnchanged = () => throwIfChanged(file, before.mtimeMs, sizeBytes);
    if (sizeBytes <= partSizeBytes) {
      const { etag } = await sendPart(sizeBytes, () => putObject(bucket, key, part(0, sizeBytes), write, signal));
      await checkUnchanged();
      return { sizeBytes, etag, isResumed: false };
    }
    const options = { write, parallelParts: PARALLEL_PARTS, sendPart, signal };
    return await sendInParts(context, sent, { sizeBytes, partSizeBytes, part }, options, checkUnchanged);
  } finally {
    await file.close();
  }
}

async function sendInParts(
  context: SendContext,
  { key, sizeBytes, unfinished }: FileToSend,
  source: MultipartSource,
  options: Omit<MultipartOptions, "resume" | "onLeft">,
  beforeComplete: () => Promise<void>,
): Promise<SentObject> {
  const { bucket } = context;
  const found = await unfinished?.find(key, options.write);
  const parts = found && (await findReusableParts(source, found, { ...options, ...options.write }));
  const resumable: Partial<MultipartOptions> = unfinished
    ? { onBegun: (id) => unfinished.journal.add(id), onLeft: () => context.onLeftUnfinished() }
    : {};
  const send = (more: Partial<MultipartOptions>) =>
    uploadMultipart(bucket, key, source, { ...options, ...resumable, ...more }, beforeComplete);
  // What somebody else began may have anything beside its parts: without parts there is nothing to gain from it.
  if (found && parts && (found.isOwn || parts.size > 0)) {
    const resume = { uploadId: found.uploadId, parts };
    try {
      const etag = await send(found.isOwn ? { resume } : { resume, onLeft: () => undefined });
      return { sizeBytes, etag, isResumed: true };
    } catch (error) {
      context.signal.throwIfAborted();
      if (isChange(error) || (found.isOwn && !isRefusal(error, context.signal))) throw error;
    }
  }
  return { sizeBytes, etag: await send({}), isResumed: false };
}

/** Whether S3 does not let this upload go on: somebody has ended it, or it was begun otherwise than it seemed. */
function isRefusal(error: unknown, signal: AbortSignal): boolean {
  return error instanceof ServiceError && !mayResumeLater(error, signal);
}

async function throwIfChanged(file: FileHandle, mtimeMs: number, sizeBytes: number): Promise<void> {
  const now = await file.stat();
  if (now.size !== sizeBytes || now.mtimeMs !== mtimeMs) throw new FileChangedError();
}
