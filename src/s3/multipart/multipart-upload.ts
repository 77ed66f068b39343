import type { Bucket } from "../bucket.ts";
import { splitIntoRanges } from "../byte-range.ts";
import { inParallel } from "../concurrency/in-parallel.ts";
import type { DigestedBody } from "../digest.ts";
import { mayResumeLater } from "../may-resume-later.ts";
import type { ObjectWrite } from "../put-object.ts";
import { abortUpload } from "./multipart-requests.ts";
import { type BegunWrite, completeUpload, createUpload, type SentPart, sendPart } from "./multipart-steps.ts";

/** An object too large for one request, cut into parts. */
export interface MultipartSource {
  readonly sizeBytes: number;
  readonly partSizeBytes: number;
  /** The bytes from `start` on. */
  part(startByte: number, sizeBytes: number): DigestedBody;
}

export interface MultipartOptions {
  readonly write: ObjectWrite;
  /** Parts of this object that are under way at once. */
  readonly parallelParts: number;
  /** Wraps each part's request, to bound them over all objects. */
  sendPart<T>(send: () => Promise<T>): Promise<T>;
  /** An upload of the same object that broke off, with those of its parts that are the source's. */
  readonly resume?: ResumedUpload | undefined;
  /** Called with the size of each part that is there already. */
  onReused(sizeBytes: number): void;
  /** Called with the id of an upload that has just been begun. */
  onBegun?(uploadId: string): void;
  /** Called if a temporary failure leaves an upload that a later run can resume. If absent, such uploads are aborted too. */
  onLeft?: (() => void) | undefined;
  readonly signal: AbortSignal;
}

/** An upload to go on with. */
export interface ResumedUpload {
  readonly uploadId: string;
  /** By number: they are not sent again. */
  readonly parts: ReadonlyMap<number, SentPart>;
}

/**
 * Stores an object part by part. S3 checks each part against its checksum, and the whole object against its size and, for CRCs, the
 * checksum of the whole. An upload that fails and that nothing could resume is aborted, so that S3 does not keep (and charge for) its
 * parts.
 *
 * @param beforeComplete called when every part is stored; what it throws keeps the object from appearing.
 * @returns the object's ETag, without quotation marks; empty if the store does not return it.
 * @throws what `Bucket.send` throws, and what reading the source throws.
 */
export async function uploadMultipart(
  bucket: Bucket,
  key: string,
  source: MultipartSource,
  options: MultipartOptions,
  beforeComplete: () => Promise<void>,
): Promise<string> {
  const uploadId = options.resume?.uploadId ?? (await begin(bucket, key, options));
  const upload: Upload = { bucket, key, uploadId, ...options };
  try {
    const parts = await sendParts(upload, source);
    await beforeComplete();
    return (await completeUpload(upload, parts)).etag;
  } catch (error) {
    if (options.onLeft && mayResumeLater(error, options.signal)) options.onLeft();
    else await abortUpload(upload);
    throw error;
  }
}

interface Upload extends BegunWrite, MultipartOptions {}

async function begin(bucket: Bucket, key: string, { write, onBegun, signal }: MultipartOptions): Promise<string> {
  const uploadId = await createUpload({ bucket, key, write, signal });
  onBegun?.(uploadId);
  return uploadId;
}

function sendParts(
  upload: Upload,
  { sizeBytes: totalBytes, partSizeBytes, part }: MultipartSource,
): Promise<SentPart[]> {
  const ranges = splitIntoRanges(totalBytes, partSizeBytes);
  return inParallel(ranges, upload.parallelParts, upload.signal, async ({ startByte, sizeBytes }, index, signal) => {
    const reused = upload.resume?.parts.get(index + 1);
    if (reused) {
      upload.onReused(sizeBytes);
      return reused;
    }
    return await upload.sendPart(async () => {
      signal.throwIfAborted();
      return await sendPart(upload, index + 1, part(startByte, sizeBytes), signal);
    });
  });
}
