import { ServiceError } from "../../aws/errors/errors.ts";
import { type ChecksumAlgorithm, isCrc } from "../../checksums/algorithms.ts";
import type { Bucket, S3Request } from "../bucket.ts";
import { splitIntoRanges } from "../byte-range.ts";
import { inParallel } from "../concurrency/in-parallel.ts";
import { copySourceHeaders } from "../copying/copy-source.ts";
import { customerKeyHeaders, type Encryption } from "../encryption.ts";
import { etagOfObject, ObjectReplacedError } from "../get-object.ts";
import { checksumAlgorithmOf, headObject, type ObjectHead } from "../head-object.ts";
import { findJoined, mayBeDone } from "../lost-answer.ts";
import type { ObjectHeaders } from "../put-object.ts";
import { childText, notS3, readResult, xmlRequest } from "../xml-body.ts";
import {
  abortUpload,
  beginUpload,
  completionDocument,
  joinedEtag,
  type MultipartUpload,
  type PartName,
  wholeObjectHeaders,
} from "./multipart-requests.ts";
import { partSizeFor } from "./part-size.ts";

export interface MultipartCopyOptions {
  /** The key of what is copied, if it is another object of the bucket. */
  readonly sourceObject?: string;
  /** All that the new object has beside its bytes, its checksum algorithm included. */
  readonly headers: ObjectHeaders;
  /** What is copied, and under which condition. */
  readonly sourceHeaders: ObjectHeaders;
  /** The key of an object that is encrypted with SSE-C so far. */
  readonly sourceKey: Encryption | undefined;
  /** Those of the new object's SSE-C key; empty without one. */
  readonly customerKeyHeaders: ObjectHeaders;
  readonly parallelParts: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Copies an object, onto itself or to another key of its bucket, part by part, as one above 5 GiB has to be. The parts are of
 * the size that an upload of the object would have, so that its multipart ETag can be computed from the file later on. If it
 * fails, the upload is aborted, and what stood at the key stays as it was.
 *
 * @param head that of what is copied.
 * @returns the new object's ETag, without quotation marks.
 * @throws what `Bucket.send` throws.
 *
 * Source: "Copying an object using multipart upload" in the Amazon S3 User Guide.
 */
export async function copyInParts(
  bucket: Bucket,
  key: string,
  head: ObjectHead,
  options: MultipartCopyOptions,
): Promise<string> {
  const algorithm = checksumAlgorithmOf(head);
  const type = typeOfCopy(head, algorithm);
  const headers = { ...options.headers, ...(type ? { "x-amz-checksum-type": type } : {}) };
  const source = options.sourceObject ?? key;
  const upload = { bucket, key, uploadId: await beginUpload(bucket, key, headers, options.signal) };
  try {
    const etag = await sourceEtag(bucket, source, head, options);
    const sourceHeaders = { ...options.sourceHeaders, ...copySourceHeaders(bucket, source, etag) };
    const parts = await copyParts(upload, head, algorithm, { ...options, sourceHeaders });
    await requireSame(bucket, source, etag, options);
    return await completeUpload(upload, head, { parts, algorithm, type }, options);
  } catch (error) {
    await abortUpload(upload);
    throw error;
  }
}

/** Only CRCs of parts make a checksum of the whole object, even if the object had another one before. */
function typeOfCopy(head: ObjectHead, algorithm: ChecksumAlgorithm | undefined): ObjectHead["checksumType"] {
  if (!algorithm) return undefined;
  return isCrc(algorithm) ? head.checksumType : "COMPOSITE";
}

function copyParts(
  { bucket, key, uploadId }: MultipartUpload,
  { sizeBytes }: ObjectHead,
  algorithm: ChecksumAlgorithm | undefined,
  { sourceHeaders, customerKeyHeaders, parallelParts, signal }: MultipartCopyOptions,
): Promise<PartName[]> {
  const ranges = splitIntoRanges(sizeBytes, partSizeFor(sizeBytes));
  return inParallel(ranges, parallelParts, signal, async (part, index, eitherSignal) => {
    const range = `bytes=${part.startByte}-${part.startByte + part.sizeBytes - 1}`;
    const response = await bucket.send({
      method: "PUT",
      key,
      query: { partNumber: String(index + 1), uploadId },
      headers: { ...sourceHeaders, ...customerKeyHeaders, "x-amz-copy-source-range": range },
      signal: eitherSignal,
    });
    const result = await readResult(response, "CopyPartResult");
    const etag = childText(result, "ETag");
    if (!etag) throw notS3(response, "the answer has no ETag");
    return { etag, checksum: algorithm && childText(result, `Checksum${algorithm}`) };
  });
}

/**
 * Each part was copied on the condition that the object is still the same. Not every store minds that, and parts of two
 * objects must not become one.
 */
async function requireSame(
  bucket: Bucket,
  key: string,
  etag: string,
  options: Pick<MultipartCopyOptions, "sourceKey" | "signal">,
): Promise<void> {
  const head = await headObject(bucket, key, { customerKey: options.sourceKey, signal: options.signal });
  if ((await sourceEtag(bucket, key, head, options)) !== etag) throw replacedError();
}

async function sourceEtag(
  bucket: Bucket,
  key: string,
  head: ObjectHead,
  { sourceKey, signal }: Pick<MultipartCopyOptions, "sourceKey" | "signal">,
): Promise<string> {
  try {
    return await etagOfObject(bucket, key, head, { headers: customerKeyHeaders(sourceKey), signal });
  } catch (error) {
    throw error instanceof ObjectReplacedError ? replacedError() : error;
  }
}

function replacedError(): ServiceError {
  const serverMessage = "the object was replaced while it was copied";
  return new ServiceError({ status: 412, awsCode: "PreconditionFailed", serverMessage });
}

async function completeUpload(
  { bucket, key, uploadId }: MultipartUpload,
  head: ObjectHead,
  copied: {
    readonly parts: readonly PartName[];
    readonly algorithm: ChecksumAlgorithm | undefined;
    readonly type: ObjectHead["checksumType"];
  },
  { customerKeyHeaders, signal }: MultipartCopyOptions,
): Promise<string> {
  const { parts, algorithm, type } = copied;
  const { headers: documentHeaders, ...body } = xmlRequest(completionDocument(parts, algorithm));
  // S3 compares the copy with what the original is known by.
  const whole = algorithm && type === "FULL_OBJECT" ? head.checksums[algorithm] : undefined;
  const request: S3Request = {
    method: "POST",
    key,
    query: { uploadId },
    headers: {
      ...documentHeaders,
      ...customerKeyHeaders,
      ...(algorithm && whole ? wholeObjectHeaders(algorithm, whole, head.sizeBytes) : {}),
    },
    ...body,
    signal,
  };
  try {
    const result = await readResult(await bucket.send(request), "CompleteMultipartUploadResult");
    return childText(result, "ETag")?.replaceAll('"', "") || joinedEtag(parts);
  } catch (error) {
    if (!mayBeDone(error)) throw error;
    const joined = { etag: joinedEtag(parts), sizeBytes: head.sizeBytes, algorithm, checksum: whole };
    const found = await findJoined({ bucket, key, customerKeyHeaders, signal }, joined);
    if (!found) throw error;
    return found.etag;
  }
}
