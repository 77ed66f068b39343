import { type ChecksumAlgorithm, type DigestAlgorithm, isCrc } from "../../checksums/algorithms.ts";
import { combineCrcs } from "../../checksums/combine.ts";
import type { Bucket } from "../bucket.ts";
import { checksumHeader, checksumHeaders, type DigestedBody, digestBody } from "../digest.ts";
import { findJoined, mayBeDone } from "../lost-answer.ts";
import { type ObjectHeaders, type ObjectWrite, requireEtag, type StoredObject, storedObject } from "../put-object.ts";
import { type ChecksumLevel, withChecksums } from "../store/checksum-support.ts";
import { childText, readResult, xmlRequest } from "../xml-body.ts";
import {
  beginUpload,
  completionDocument,
  joinedEtag,
  type MultipartUpload,
  wholeObjectHeaders,
} from "./multipart-requests.ts";

/** An object that is stored in parts, and how. */
export interface PartedWrite {
  readonly bucket: Bucket;
  readonly key: string;
  readonly write: ObjectWrite;
  readonly signal: AbortSignal;
}

/** The same after its upload has been begun. */
export interface BegunWrite extends MultipartUpload, PartedWrite {}

/** A part that is stored. */
export interface SentPart {
  /** With its quotation marks. */
  readonly etag: string;
  readonly checksum: Buffer | undefined;
  readonly sizeBytes: number;
}

/**
 * Begins an upload, with the best checksums that the store accepts.
 *
 * @returns the upload's id.
 * @throws what `beginUpload` and `withChecksums` throw.
 */
export function createUpload({ bucket, key, write, signal }: PartedWrite): Promise<string> {
  const { headers, checksumAlgorithm: algorithm, isChecksumRequired: isRequired = false } = write;
  const begin = (checksum: ObjectHeaders) => beginUpload(bucket, key, { ...headers, ...checksum }, signal);
  if (algorithm === "none") return begin({});
  return withChecksums(bucket, { algorithm, isRequired, headers }, [...levelsOf(algorithm), "none"], (level) =>
    begin(algorithmHeaders(algorithm, level)),
  );
}

/** The levels of checksums that an object in parts can have, the best one first. */
function levelsOf(algorithm: ChecksumAlgorithm): readonly ChecksumLevel[] {
  return isCrc(algorithm) ? ["wholeObject", "partsOnly"] : ["partsOnly"];
}

function algorithmHeaders(algorithm: ChecksumAlgorithm, level: ChecksumLevel): ObjectHeaders {
  if (level === "none") return {};
  const name = { "x-amz-checksum-algorithm": algorithm };
  return level === "wholeObject" ? { ...name, "x-amz-checksum-type": bestChecksumType(algorithm) } : name;
}

/** CRCs of parts make that of the whole object. For other algorithms, S3 keeps a checksum of checksums. */
export function bestChecksumType(algorithm: ChecksumAlgorithm): "FULL_OBJECT" | "COMPOSITE" {
  return isCrc(algorithm) ? "FULL_OBJECT" : "COMPOSITE";
}

/**
 * Sends a part. S3 checks it against its checksum, or against its MD5 if it accepts no checksums.
 *
 * @param partNumber from 1.
 * @throws what `Bucket.send` and `withChecksums` throw, and what reading the body throws.
 */
export async function sendPart(
  upload: Omit<BegunWrite, "signal">,
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
      carrier: body.carrier,
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

/**
 * Joins the parts to an object. S3 checks it against its size and, for CRCs, the checksum of the whole.
 *
 * @param parts all of them, in order.
 * @throws what `Bucket.send` and `withChecksums` throw.
 */
export async function completeUpload(upload: BegunWrite, parts: readonly SentPart[]): Promise<StoredObject> {
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
    return storedObject(response, childText(result, "ETag") ?? "");
  } catch (error) {
    if (!mayBeDone(error)) throw error;
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    const checksum = algorithm && whole?.[checksumHeader(algorithm)];
    const joined = { etag: joinedEtag(parts), sizeBytes, algorithm, checksum };
    const written = { bucket, key, customerKeyHeaders, signal };
    const found = await findJoined(written, joined);
    if (!found) throw error;
    return found;
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
