import { hash } from "node:crypto";
import { setMaxListeners } from "node:events";
import { NOT_S3, ServiceError } from "../aws/errors.ts";
import type { Body, WireResponse } from "../aws/transport.ts";
import { parseXml, type XmlElement } from "../aws/xml.ts";
import type { Bucket, S3Request } from "./bucket.ts";
import { combineCrc32, crc32Header, digestBody } from "./digest.ts";
import { type ObjectHeaders, requireEtag } from "./put-object.ts";

/** An object too large for one request, cut into parts. */
export interface MultipartSource {
  readonly sizeBytes: number;
  readonly partSizeBytes: number;
  /** The bytes from `start` on. */
  part(startByte: number, sizeBytes: number): Body;
}

export interface MultipartOptions {
  readonly headers: ObjectHeaders;
  /** Parts of this object that are under way at once. */
  readonly parallelParts: number;
  /** Wraps each part's request, to bound them over all objects and to count them. */
  sendPart(sizeBytes: number, send: () => Promise<void>): Promise<void>;
  readonly signal: AbortSignal;
}

interface SentPart {
  readonly etag: string;
  readonly crc32: number;
  readonly sizeBytes: number;
}

/**
 * Stores an object part by part. S3 checks each part against its CRC-32, and the whole object against the CRC-32 and the
 * size of the whole. If it fails, the upload is aborted, so that S3 does not keep (and charge for) its parts.
 *
 * @param beforeComplete called when every part is stored; what it throws keeps the object from appearing.
 * @throws what `Bucket.send` throws, and what reading the source throws.
 */
export async function uploadMultipart(
  bucket: Bucket,
  key: string,
  source: MultipartSource,
  options: MultipartOptions,
  beforeComplete: () => Promise<void>,
): Promise<void> {
  const uploadId = await createUpload(bucket, key, options);
  try {
    const parts = await sendParts(bucket, key, uploadId, source, options);
    await beforeComplete();
    await completeUpload(bucket, key, uploadId, parts, options.signal);
  } catch (error) {
    await abortUpload(bucket, key, uploadId);
    throw error;
  }
}

async function createUpload(bucket: Bucket, key: string, options: MultipartOptions): Promise<string> {
  const response = await bucket.send({
    method: "POST",
    key,
    query: { uploads: "" },
    headers: { ...options.headers, "x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-type": "FULL_OBJECT" },
    signal: options.signal,
  });
  const { UploadId } = await readResult(response, "InitiateMultipartUploadResult");
  if (typeof UploadId !== "string") throw notS3(response, "the answer has no upload id");
  return UploadId;
}

async function sendParts(
  bucket: Bucket,
  key: string,
  uploadId: string,
  source: MultipartSource,
  options: MultipartOptions,
): Promise<SentPart[]> {
  const count = Math.ceil(source.sizeBytes / source.partSizeBytes);
  const sent: SentPart[] = new Array(count);
  // One failed part ends the others too: the object cannot be completed any more.
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  setMaxListeners(0, signal);
  let next = 0;

  async function sendFromQueue(): Promise<void> {
    while (next < count) {
      const index = next++;
      const startByte = index * source.partSizeBytes;
      const sizeBytes = Math.min(source.partSizeBytes, source.sizeBytes - startByte);
      await options.sendPart(sizeBytes, async () => {
        signal.throwIfAborted();
        sent[index] = await sendPart(bucket, key, uploadId, index + 1, source.part(startByte, sizeBytes), signal);
      });
    }
  }

  const queues = Array.from({ length: Math.min(options.parallelParts, count) }, () =>
    sendFromQueue().catch((error: unknown) => {
      failure.abort(error);
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(queues);
  if (outcomes.some((outcome) => outcome.status === "rejected")) signal.throwIfAborted();
  return sent;
}

async function sendPart(
  bucket: Bucket,
  key: string,
  uploadId: string,
  partNumber: number,
  body: Body,
  signal: AbortSignal,
): Promise<SentPart> {
  const digest = await digestBody(body, bucket.signsPayload);
  const response = await bucket.send({
    method: "PUT",
    key,
    query: { partNumber: String(partNumber), uploadId },
    headers: { "x-amz-checksum-crc32": crc32Header(digest.crc32) },
    body,
    bodySha256: digest.sha256Hex,
    signal,
  });
  return { etag: requireEtag(response), crc32: digest.crc32, sizeBytes: body.sizeBytes };
}

async function completeUpload(
  bucket: Bucket,
  key: string,
  uploadId: string,
  parts: readonly SentPart[],
  signal: AbortSignal,
): Promise<void> {
  const elements = parts.map(
    (part, index) =>
      `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(part.etag)}</ETag>` +
      `<ChecksumCRC32>${crc32Header(part.crc32)}</ChecksumCRC32></Part>`,
  );
  const xml = Buffer.from(
    `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${elements.join("")}</CompleteMultipartUpload>`,
  );
  const body: Body = { sizeBytes: xml.length, chunks: () => [xml] };
  const whole = parts.reduce(
    (sum, part) => ({
      crc32: combineCrc32(sum.crc32, part.crc32, part.sizeBytes),
      sizeBytes: sum.sizeBytes + part.sizeBytes,
    }),
    { crc32: 0, sizeBytes: 0 },
  );
  const request: S3Request = {
    method: "POST",
    key,
    query: { uploadId },
    headers: {
      "content-type": "application/xml",
      "x-amz-checksum-crc32": crc32Header(whole.crc32),
      "x-amz-checksum-type": "FULL_OBJECT",
      "x-amz-mp-object-size": String(whole.sizeBytes),
    },
    body,
    bodySha256: (await digestBody(body, true)).sha256Hex,
    signal,
  };
  try {
    await readResult(await bucket.send(request), "CompleteMultipartUploadResult");
  } catch (error) {
    // Where the first answer was lost, the second one is that there is no such upload any more.
    const isEnded = error instanceof ServiceError && error.code === "NoSuchUpload";
    if (!isEnded || !(await isStored(bucket, key, parts, signal))) throw error;
  }
}

/** Whether the object is the one that these parts make, by its ETag. */
async function isStored(
  bucket: Bucket,
  key: string,
  parts: readonly SentPart[],
  signal: AbortSignal,
): Promise<boolean> {
  const partDigests = parts.map(({ etag }) => Buffer.from(etag.replaceAll('"', ""), "hex"));
  const expected = `${hash("md5", Buffer.concat(partDigests), "hex")}-${parts.length}`;
  return bucket.send({ method: "HEAD", key, signal }).then(
    ({ headers }) => headers.etag?.replaceAll('"', "") === expected,
    () => false,
  );
}

/** Reads an answer's document. @throws {ServiceError} where it is not the one that S3 gives. */
async function readResult(response: WireResponse, rootName: string): Promise<XmlElement> {
  const document = await parseXml(response.body).catch(() => ({}) as XmlElement);
  const root = document[rootName];
  if (typeof root !== "object") throw notS3(response, `the answer is no ${rootName}`);
  return root as XmlElement;
}

function notS3(response: WireResponse, serverMessage: string): ServiceError {
  return new ServiceError({ status: response.status, code: NOT_S3, serverMessage });
}

/** Takes back what was stored. Where that fails too, the error that led here matters more. */
async function abortUpload(bucket: Bucket, key: string, uploadId: string): Promise<void> {
  const signal = AbortSignal.timeout(5_000);
  await bucket.send({ method: "DELETE", key, query: { uploadId }, signal }).catch(() => undefined);
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
