import type { Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { ServiceError } from "../../aws/errors/errors.ts";
import { CodedError } from "../../errors/coded-error.ts";
import { BLOCK_SIZE_BYTES, type BlockPool } from "../../files/block-pool.ts";
import type { FileDigester } from "../../files/digest/file-digest.ts";
import type { Disk } from "../../files/disk.ts";
import { FileChangedError, readFileRange, readSmallFile } from "../../files/file-range.ts";
import { patience } from "../../files/windows/patience.ts";
import type { Body } from "../../http/messages.ts";
import type { Bucket } from "../../s3/bucket.ts";
import type { WeightedSemaphore } from "../../s3/concurrency/weighted-semaphore.ts";
import type { DigestedBody } from "../../s3/digest.ts";
import { mayResumeLater } from "../../s3/may-resume-later.ts";
import { type MultipartOptions, type MultipartSource, uploadMultipart } from "../../s3/multipart/multipart-upload.ts";
import { findReusableParts } from "../../s3/multipart/reusable-parts.ts";
import { type ObjectWrite, putObject } from "../../s3/put-object.ts";
import { countingOnce } from "../counting-once.ts";
import type { UnfinishedUploads } from "./resume.ts";

/** Up to this size a file is read at once; larger files are read block by block. */
const SMALL_FILE_BYTES = BLOCK_SIZE_BYTES - 1;
const PARALLEL_PARTS = 8;
/** S3's codes if the received bytes do not match the announced ones. */
const BODY_MISMATCH_CODES = new Set(["BadDigest", "XAmzContentSHA256Mismatch"]);

/** The context for sending any file. */
export interface SendContext {
  readonly bucket: Bucket;
  readonly slots: WeightedSemaphore;
  /** Each holds a small file whole. */
  readonly smallBlocks: BlockPool;
  /** Blocks for reading and sending. */
  readonly largeBlocks: BlockPool;
  /** Reads files that do not fit into one block. */
  readonly disk: Disk;
  readonly digester: FileDigester;
  partSizeFor(sizeBytes: number): number;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have just been sent, or are there already. */
  onMoved(sizeBytes: number): void;
  /** Called if an upload failed and its stored parts are kept for the next run. */
  onLeftUnfinished(): void;
}

/** A file, and the object that it becomes. */
export interface FileToSend {
  /** Absolute. */
  readonly path: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly write: ObjectWrite;
  /** Finds uploads to resume. Absent if the object's settings could not be checked afterwards. */
  readonly unfinished: UnfinishedUploads | undefined;
}

/** The stored object. */
export interface SentObject {
  readonly sizeBytes: number;
  /** Without quotation marks; empty if the store does not return it. */
  readonly etag: string;
  /** Whether a resumed upload was completed, whose headers are not known. */
  readonly isResumed: boolean;
}

/**
 * Stores a file as an object, in one piece or in parts. If the file changes meanwhile, it is sent once more from the start, so the stored
 * bytes are always those that were hashed.
 *
 * @throws {CodedError} if the file changed again, or the store received other bytes twice; Node's error if it cannot be read; what `Bucket.send` throws.
 */
export async function sendFile(context: SendContext, file: FileToSend): Promise<SentObject> {
  try {
    return await sendOnce(context, file);
  } catch (error) {
    if (!isChange(error)) throw error;
  }
  const before = await stat(file.path);
  try {
    return await sendOnce(context, { ...file, sizeBytes: before.size });
  } catch (error) {
    if (!isChange(error)) throw error;
    throw error instanceof ServiceError && (await isStill(file.path, before)) ? alteredOnTheWay(error) : changedTwice();
  }
}

async function isStill(path: string, before: Stats): Promise<boolean> {
  const now = await stat(path).catch(() => undefined);
  return now?.size === before.size && now.mtimeMs === before.mtimeMs;
}

function alteredOnTheWay({ message }: ServiceError): CodedError {
  const advice =
    "This happened twice, and the file did not change. Find what changes the bytes on the way, and run the step again";
  return new CodedError("checksum-wrong", `the store received other bytes than were sent: ${message}. ${advice}`);
}

function changedTwice(): CodedError {
  return new CodedError(
    "file-changed",
    "it changed twice while it was sent. Run the step when the program that writes it has finished",
  );
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
      const read = async () => readSmallFile(file.path, sizeBytes, block);
      const bytes = await patience.whileHeld({ path: file.path, purpose: "read", signal }, read);
      const body: Body = { sizeBytes, chunks: () => [bytes] };
      return await putObject(bucket, file.key, body, file.write, signal);
    } finally {
      smallBlocks.giveBack(block);
    }
  });
  context.onMoved(sizeBytes);
  return { sizeBytes, etag, isResumed: false };
}

async function sendLargeFile(context: SendContext, sent: FileToSend): Promise<SentObject> {
  const { bucket, slots, digester, largeBlocks, disk, signal } = context;
  const { path, key, sizeBytes, write } = sent;
  const file = await patience.whileHeld({ path, purpose: "read", signal }, () => open(path));
  try {
    const before = await file.stat();
    if (before.size !== sizeBytes) throw new FileChangedError();
    bucket.threads?.expect(sizeBytes);
    const part = (startByte: number, partBytes: number): DigestedBody => {
      const stretch = { path, startByte, sizeBytes: partBytes, goesOn: startByte + partBytes < sizeBytes };
      const onSent = countingOnce(context.onMoved);
      return {
        sizeBytes: partBytes,
        chunks: () => readFileRange(file, startByte, partBytes, { pool: largeBlocks, disk }, onSent()),
        digest: (algorithm, alsoBy) => digester.digest({ ...stretch, algorithm, alsoBy }),
        carrier: bucket.threads?.sender({ descriptor: file.fd, startByte, sizeBytes: partBytes }, onSent),
      };
    };
    const sendPart = <T>(send: () => Promise<T>) => slots.run(slots.largeBodyWeight, send);
    const partSizeBytes = context.partSizeFor(sizeBytes);
    const checkUnchanged = () => throwIfChanged(file, before.mtimeMs, sizeBytes);
    if (sizeBytes <= partSizeBytes) {
      const { etag } = await sendPart(() => putObject(bucket, key, part(0, sizeBytes), write, signal));
      await checkUnchanged();
      return { sizeBytes, etag, isResumed: false };
    }
    const options = { write, parallelParts: PARALLEL_PARTS, sendPart, onReused: context.onMoved, signal };
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
  // An upload of another process may have any settings. Without reusable parts it has no advantage.
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

/** Whether S3 refuses to continue this upload: it has ended, or it was begun with other settings than expected. */
function isRefusal(error: unknown, signal: AbortSignal): boolean {
  return error instanceof ServiceError && !mayResumeLater(error, signal);
}

async function throwIfChanged(file: FileHandle, mtimeMs: number, sizeBytes: number): Promise<void> {
  const now = await file.stat();
  if (now.size !== sizeBytes || now.mtimeMs !== mtimeMs) throw new FileChangedError();
}
