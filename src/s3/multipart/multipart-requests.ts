import { hash } from "node:crypto";
import type { ChecksumAlgorithm } from "../../checksums/algorithms.ts";
import type { Bucket } from "../bucket.ts";
import { checksumHeader } from "../digest.ts";
import type { ObjectHeaders } from "../put-object.ts";
import { childText, escapeXml, notS3, readResult, S3_NAMESPACE } from "../xml-body.ts";

/** A multipart upload that has been begun. */
export interface MultipartUpload {
  readonly bucket: Bucket;
  readonly key: string;
  readonly uploadId: string;
}

/** How a part is identified when the parts are joined. */
export interface PartName {
  /** As the store gave it. */
  readonly etag: string;
  /** In base64; undefined if it has none. */
  readonly checksum: string | undefined;
}

/** A cancelled step does not wait long for an abort. */
const ABORT_TIMEOUT_MS = 5_000;

/**
 * Begins a multipart upload.
 *
 * @param headers all that the object is to have beside its bytes, and which checksum.
 * @returns the upload's id.
 * @throws {ServiceError} if the answer has none; what `Bucket.send` throws.
 *
 * Source: CreateMultipartUpload in the Amazon S3 API Reference.
 */
export async function beginUpload(
  bucket: Bucket,
  key: string,
  headers: ObjectHeaders,
  signal: AbortSignal | undefined,
): Promise<string> {
  const response = await bucket.send({ method: "POST", key, query: { uploads: "" }, headers, signal });
  const uploadId = childText(await readResult(response, "InitiateMultipartUploadResult"), "UploadId");
  if (!uploadId) throw notS3(response, "the answer has no upload id");
  return uploadId;
}

/**
 * The document that joins parts to an object, in order.
 *
 * Source: CompleteMultipartUpload in the Amazon S3 API Reference.
 */
export function completionDocument(parts: readonly PartName[], algorithm: ChecksumAlgorithm | undefined): string {
  const elements = parts.map(({ etag, checksum }, index) => {
    const value = checksum ? `<Checksum${algorithm}>${escapeXml(checksum)}</Checksum${algorithm}>` : "";
    return `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag>${value}</Part>`;
  });
  return `<CompleteMultipartUpload xmlns="${S3_NAMESPACE}">${elements.join("")}</CompleteMultipartUpload>`;
}

/** The ETag of the object that parts make, without quotation marks; under some keys of encryption it has another one. */
export function joinedEtag(parts: readonly Pick<PartName, "etag">[]): string {
  const partDigests = parts.map(({ etag }) => Buffer.from(etag.replaceAll('"', ""), "hex"));
  return `${hash("md5", Buffer.concat(partDigests), "hex")}-${parts.length}`;
}

/**
 * What an object is compared with when its parts are joined. Some stores refuse the size or the type without the checksum.
 *
 * @param checksum in base64.
 */
export function wholeObjectHeaders(algorithm: ChecksumAlgorithm, checksum: string, sizeBytes: number): ObjectHeaders {
  return {
    "x-amz-mp-object-size": String(sizeBytes),
    "x-amz-checksum-type": "FULL_OBJECT",
    [checksumHeader(algorithm)]: checksum,
  };
}

/** Aborts an upload. If that fails too, the first error matters more, so nothing is thrown. */
export async function abortUpload({ bucket, key, uploadId }: MultipartUpload): Promise<void> {
  const signal = AbortSignal.timeout(ABORT_TIMEOUT_MS);
  await bucket.send({ method: "DELETE", key, query: { uploadId }, signal }).catch(() => undefined);
}
