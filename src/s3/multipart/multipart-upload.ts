import { type ChecksumAlgorithm, type DigestAlgorithm, isCrc } from "../../checksums/algorithms.ts";
import { combineCrcs } from "../../checksums/combine.ts";
import type { Bucket } from "../bucket.ts";
import { splitIntoRanges } from "../byte-range.ts";
import { inParallel } from "../concurrency/in-parallel.ts";
import { checksumHeader, checksumHeaders, type DigestedBody, digestBody } from "../digest.ts";
import { findJoined, mayBeDone } from "../lost-answer.ts";
import { mayResumeLater } from "../may-resume-later.ts";
import { type ObjectHeaders, type ObjectWrite, requireEtag } from "../put-object.ts";
import { type ChecksumLevel, withChecksums } from "../store/checksum-support.ts";
import { childText, readResult, xmlRequest } from "../xml-body.ts";
import {
  abortUpload,
  beginUpload,
  completionDocument,
  joinedEtag,
  type MultipartUpload,
  wholeObjectHeaders,
} from "./multipart-requests.ts";

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
  /** Wraps each part's request, to bound them over all objects and to count them. */
  sendPart<T>(sizeBytes: number, send: () => Promise<T>): Promise<T>;
  /** An upload of the same object that broke off, with those of its parts that are the source's. */
  readonly resume?: ResumedUpload | undefined;
  /** Called with the id of an upload that has just been begun. */
  onBegun?(uploadId: string): void;
  /** Called where an upload that failed in passing is left for a later one to resume; without it, those too are aborted. */
  onLeft?: (() => void) | undefined;
  readonly signal: AbortSignal;
}

/** A part that the store has. */
export interface SentPart {
  /** With its quotation marks. */
  readonly etag: string;
  readonly checksum: Buffer | undefined;
  readonly sizeBytes: number;
}

/** An upload to go on with. */
export interface ResumedUpload {
  readonly uploadId: string;
  /** By number: they are not sent again. */
  readonly parts: ReadonlyMap<number, SentPart>;
}

/**
 * Stores an object part by part. S3 checks each part against its checksum, and the whole object against its size and, for CRCs, the
 * checksum of the whole. An upload that fails and that nothing could resume is aborted, so that S3 does not keep (and charge for) its parts.
 *
 * @param beforeComplete called when every part is stored; what it throws keeps the object from appearing.
 * @returns the object's ETag, without quotation marks; empty where the store does not tell it.
 * @throws what `Bucket.send` throws, and what reading the source throws.
 */
export async function uploadMultipart(
  bucket: Bucket,
  key: string,
  source: MultipartSource,
  options: MultipartOptions,
  beforeComplete: () => Promise<void>,
): Promise<string> {
  const uploadId = options.resume?.uploadId ?? (await createUpload(bucket, key, options));
  const upload: Upload = { bucket, key, uploadId, ...options };
  try {
    const parts = await sendParts(upload, source);
    await beforeComplete();
    return await completeUpload(upload, parts);
  } catch (error) {
    if (options.onLeft && mayResumeLater(error, options.signal)) options.onLeft();
    else await abortUpload(upload);
    throw error;
  }
}

interface Upload extends MultipartUpload, MultipartOptions {}

async function createUpload(
  bucket: Bucket,
  key: string,
  { write, onBegun, signal }: MultipartOptions,
): Promise<string> {
  const { headers, checksumAlgorithm: algorithm, isChecksumRequired: isRequired = false } = write;
  const begin = (checksum: ObjectHeaders) => beginUpload(bucket, key, { ...headers, ...checksum }, signal);
  const uploadId =
    algorithm === "none"
      ? await begin({})
      : await withChecksums(bucket, { algorithm, isRequired, headers }, [...levelsOf(algorithm), "none"], (level) =>
          begin(algorithmHeaders(algorithm, level)),
        );
  onBegun?.(uploadId);
  return uploadId;
}

/** The levels of checksums that an object in parts can have, the best one first. */
function levelsOf(algorithm: ChecksumAlgorithm): readonly ChecksumLevel[] {
  return isCrc(algorithm) ? ["wholeObject", "partsOnly"] : ["partsOnly"];
}

function algorithmHeaders(algorithm: ChecksumAlgorithm, level: ChecksumLevel): ObjectHeaders {
  if (level === "none") return {};
  const name = { "x-amz-checksum-algorithm": algorithm };
  return level === "wholeObject" ? { ...name, "x-amz-checksum-type": checksumTypeOf(algorithm) } : name;
}

/** The checksums of parts make the whole object's where they are CRCs; of others S3 keeps a checksum of checksums. */
export function checksumTypeOf(algorithm: ChecksumAlgorithm): "FULL_OBJECT" | "COMPOSITE" {
  return isCrc(algorithm) ? "FULL_OBJECT" : "COMPOSITE";
}

function sendParts(upload: Upload, { sizeBytes, partSizeBytes, part }: MultipartSource): Promise<SentPart[]> {
  const ranges = splitIntoRanges(sizeBytes, partSizeBytes);
  return inParallel(ranges, upload.parallelParts, upload.signal, (range, index, signal) =>
    upload.sendPart(range.sizeBytes, async () => {
      signal.throwIfAborted();
      const body = part(range.startByte, range.sizeBytes);
      return upload.resume?.parts.get(index + 1) ?? (await sendPart(upload, index + 1, body, signal));
    }),
  );
}

async function sendPart(
  upload: Upload,
  partNumber: number,
  body: DigestedBody,
  signal: AbortSignal,
): Promise<SentPart> {
  const { bucket, key, uploadId, write } = upload;
  const { checksumAlgorithm: algorithm, isChecksumRequired: isRequired = false, customerKeyHeaders: headers } = write;
  const send = async (checkedBy: DigestAlgorithm | "none") => {
    const { checksum, sha256Hex } = await digestBody(body, checkedBy, bucket.signsPayload);
    const response = await bucket.send({
      method: "PUT",
      key,
      query: { partNumber: String(partNumber), uploadId },
      headers: { ...headers, ...checksumHeaders(checkedBy, checksum) },
      body,
      bodySha256: sha256Hex,
      signal,
    });
    const kept = checkedBy === "MD5" ? undefined : checksum;
    return { etag: requireEtag(response), checksum: kept, sizeBytes: body.sizeBytes };
  };
  if (algorithm === "none") return send("none");
  return withChecksums(bucket, { algorithm, isRequired, headers }, ["partsOnly", "none"], (level) =>
    send(level === "none" ? "MD5" : algorithm),
  );
}

async function completeUpload(upload: Upload, parts: readonly SentPart[]): Promise<string> {
  const { bucket, key, uploadId, write, signal } = upload;
  const { isChecksumRequired: isRequired = false, customerKeyHeaders } = write;
  const algorithm = write.checksumAlgorithm === "none" ? undefined : write.checksumAlgorithm;
  const names = parts.map(({ etag, checksum }) => ({ etag, checksum: checksum?.toString("base64") }));
  // Without the document's own checksums, which would be taken for the object's.
  const { body, bodySha256 } = xmlRequest(completionDocument(names, algorithm));
  const send = (wholeObject: ObjectHeaders) =>
    bucket.send({
      method: "POST",
      key,
      query: { uploadId },
      headers: { "content-type": "application/xml", ...customerKeyHeaders, ...wholeObject },
      body,
      bodySha256,
      signal,
    });
  const whole = algorithm && wholeChecksumHeaders(parts, algorithm);
  try {
    const response = whole
      ? await withChecksums(
          bucket,
          { algorithm, isRequired, headers: customerKeyHeaders },
          ["wholeObject", "partsOnly"],
          (level) => send(level === "wholeObject" ? whole : {}),
        )
      : await send({});
    const result = await readResult(response, "CompleteMultipartUploadResult");
    return (childText(result, "ETag") ?? "").replaceAll('"', "");
  } catch (error) {
    if (!mayBeDone(error)) throw error;
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    const checksum = algorithm && whole?.[checksumHeader(algorithm)];
    const joined = { etag: joinedEtag(parts), sizeBytes, algorithm, checksum };
    const written = { bucket, key, customerKeyHeaders, signal };
    const etag = await findJoined(written, joined);
    if (etag === undefined) throw error;
    return etag;
  }
}

/** @returns undefined if the checksums of the parts do not make that of the whole object. */
function wholeChecksumHeaders(parts: readonly SentPart[], algorithm: ChecksumAlgorithm): ObjectHeaders | undefined {
  const pieces = parts.flatMap(({ checksum, sizeBytes }) => (checksum ? [{ digest: checksum, sizeBytes }] : []));
  if (!isCrc(algorithm) || pieces.length < parts.length) return undefined;
  const whole = combineCrcs(algorithm, pieces);
  const sizeBytes = pieces.reduce((sum, piece) => sum + piece.sizeBytes, 0);
  return wholeObjectHeaders(algorithm, whole.toString("base64"), sizeBytes);
}
