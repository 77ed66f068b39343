import { ServiceError } from "../aws/errors.ts";
import type { XmlElement } from "../aws/xml.ts";
import { type ChecksumAlgorithm, isCrc } from "../checksums/algorithms.ts";
import type { Bucket } from "./bucket.ts";
import { checksumHeader } from "./digest.ts";
import { childText, documentRequest, escapeXml, notS3, readResult, S3_NAMESPACE } from "./document.ts";
import type { Encryption } from "./encryption.ts";
import { headObject, type ObjectHead } from "./head-object.ts";
import { inParallel } from "./in-parallel.ts";
import { partSizeFor } from "./part-size.ts";
import type { ObjectHeaders } from "./put-object.ts";

export interface MultipartCopyOptions {
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

interface CopiedPart {
  readonly etag: string;
  readonly checksum: string | undefined;
}

/**
 * Copies an object onto itself part by part, as one above 5 GiB has to be. The parts are of the size that an upload of
 * the object would have, so that its multipart ETag can be computed from the file later on. If it fails, the upload is
 * aborted, and the object stays as it was.
 *
 * @throws what `Bucket.send` throws.
 *
 * Source: "Copying an object using multipart upload" in the Amazon S3 User Guide.
 */
export async function copyInParts(
  bucket: Bucket,
  key: string,
  head: ObjectHead,
  options: MultipartCopyOptions,
): Promise<void> {
  const [algorithm] = Object.keys(head.checksums) as ChecksumAlgorithm[];
  const type = checksumTypeOf(head, algorithm);
  const uploadId = await createUpload(bucket, key, options, type);
  try {
    const parts = await copyParts(bucket, key, uploadId, head, algorithm, options);
    await requireSame(bucket, key, head, options);
    await completeUpload(bucket, key, uploadId, head, { parts, algorithm, type }, options);
  } catch (error) {
    // Where that fails too, the error that led here matters more.
    const signal = AbortSignal.timeout(5_000);
    await bucket.send({ method: "DELETE", key, query: { uploadId }, signal }).catch(() => undefined);
    throw error;
  }
}

/** The checksums of parts do not make one of the whole unless they are CRCs, even where the object had one so far. */
function checksumTypeOf(head: ObjectHead, algorithm: ChecksumAlgorithm | undefined): ObjectHead["checksumType"] {
  if (!algorithm) return undefined;
  return isCrc(algorithm) ? head.checksumType : "COMPOSITE";
}

async function createUpload(
  bucket: Bucket,
  key: string,
  { headers, signal }: MultipartCopyOptions,
  type: ObjectHead["checksumType"],
): Promise<string> {
  const response = await bucket.send({
    method: "POST",
    key,
    query: { uploads: "" },
    headers: { ...headers, ...(type ? { "x-amz-checksum-type": type } : {}) },
    signal,
  });
  const uploadId = childText(await readResult(response, "InitiateMultipartUploadResult"), "UploadId");
  if (!uploadId) throw notS3(response, "the answer has no upload id");
  return uploadId;
}

function copyParts(
  bucket: Bucket,
  key: string,
  uploadId: string,
  { sizeBytes }: ObjectHead,
  algorithm: ChecksumAlgorithm | undefined,
  { sourceHeaders, customerKeyHeaders, parallelParts, signal }: MultipartCopyOptions,
): Promise<CopiedPart[]> {
  const partSizeBytes = partSizeFor(sizeBytes);
  const starts = Array.from({ length: Math.ceil(sizeBytes / partSizeBytes) }, (_, index) => index * partSizeBytes);
  return inParallel(starts, parallelParts, signal, async (start, index, eitherSignal) => {
    const end = Math.min(start + partSizeBytes, sizeBytes) - 1;
    const response = await bucket.send({
      method: "PUT",
      key,
      query: { partNumber: String(index + 1), uploadId },
      headers: { ...sourceHeaders, ...customerKeyHeaders, "x-amz-copy-source-range": `bytes=${start}-${end}` },
      signal: eitherSignal,
    });
    const result: XmlElement = await readResult(response, "CopyPartResult");
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
  head: ObjectHead,
  { sourceKey, signal }: MultipartCopyOptions,
): Promise<void> {
  const { etag } = await headObject(bucket, key, { customerKey: sourceKey, signal });
  if (etag === head.etag) return;
  const serverMessage = "the object was replaced while it was copied";
  throw new ServiceError({ status: 412, code: "PreconditionFailed", serverMessage });
}

async function completeUpload(
  bucket: Bucket,
  key: string,
  uploadId: string,
  head: ObjectHead,
  copied: {
    readonly parts: readonly CopiedPart[];
    readonly algorithm: ChecksumAlgorithm | undefined;
    readonly type: ObjectHead["checksumType"];
  },
  { customerKeyHeaders, signal }: MultipartCopyOptions,
): Promise<void> {
  const { parts, algorithm, type } = copied;
  const elements = parts.map(({ etag, checksum }, index) => {
    const value = checksum ? `<Checksum${algorithm}>${escapeXml(checksum)}</Checksum${algorithm}>` : "";
    return `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag>${value}</Part>`;
  });
  const { headers, ...body } = documentRequest(
    `<CompleteMultipartUpload xmlns="${S3_NAMESPACE}">${elements.join("")}</CompleteMultipartUpload>`,
  );
  // The checksum of the document would be taken for the object's.
  const { "x-amz-checksum-crc32": _, ...documentHeaders } = headers;
  // S3 compares the copy with what the original is known by.
  const whole = algorithm && type === "FULL_OBJECT" ? head.checksums[algorithm] : undefined;
  const response = await bucket.send({
    method: "POST",
    key,
    query: { uploadId },
    headers: {
      ...documentHeaders,
      ...customerKeyHeaders,
      "x-amz-mp-object-size": String(head.sizeBytes),
      ...(type ? { "x-amz-checksum-type": type } : {}),
      ...(algorithm && whole ? { [checksumHeader(algorithm)]: whole } : {}),
    },
    ...body,
    signal,
  });
  await readResult(response, "CompleteMultipartUploadResult");
}
