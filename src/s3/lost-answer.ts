import { ServiceError } from "../aws/errors/errors.ts";
import type { ChecksumAlgorithm } from "../checksums/algorithms.ts";
import type { Bucket } from "./bucket.ts";
import { readableValue } from "./encoded-words.ts";
import { type ObjectHead, readObjectHead } from "./head-object.ts";
import type { ObjectHeaders, StoredObject } from "./put-object.ts";
import { withChecksumMode } from "./store/checksum-support.ts";
import { isObjectMetadata } from "./system-metadata.ts";

/**
 * S3's answers to a write that it has already done: the condition no longer holds, or the upload has ended. If the first answer was lost,
 * this looks as if another process had changed the object.
 */
const ALREADY_DONE_CODES = new Set(["PreconditionFailed", "NoSuchUpload"]);

/** Whether an error may mean that an earlier try did the write, but its answer was lost. Only a check of the object can show it. */
export function mayBeDone(error: unknown): boolean {
  return error instanceof ServiceError && ALREADY_DONE_CODES.has(error.awsCode);
}

/** An object to check. */
export interface WrittenObject {
  readonly bucket: Bucket;
  readonly key: string;
  /** Those of the object's SSE-C key; empty without one. */
  readonly customerKeyHeaders: ObjectHeaders;
  readonly signal: AbortSignal | undefined;
}

/** How to recognize the object that the parts of an upload make. */
export interface JoinedParts {
  /** Without quotation marks; not the object's in every kind of encryption. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly algorithm: ChecksumAlgorithm | undefined;
  /** Of the whole, in base64; undefined if only the checksums of the parts are known. */
  readonly checksum: string | undefined;
}

/**
 * Whether the object is the one that the parts make: by its ETag, or by its size and the checksum of the whole.
 *
 * @returns the object; undefined if it is another one, or cannot be looked at.
 */
export async function findJoined(written: WrittenObject, parts: JoinedParts): Promise<StoredObject | undefined> {
  const head = await look(written);
  if (!head || head.sizeBytes !== parts.sizeBytes) return undefined;
  const hasChecksum =
    parts.algorithm !== undefined &&
    parts.checksum !== undefined &&
    head.checksumType === "FULL_OBJECT" &&
    head.checksums[parts.algorithm] === parts.checksum;
  if (head.etag !== parts.etag && !hasChecksum) return undefined;
  return { etag: head.etag, versionId: head.headers["x-amz-version-id"] };
}

/**
 * Whether the object is its own copy, with other headers: it is no older, has the size, the metadata, the storage class and the encryption
 * that were asked for, and the checksum of the whole if both are known.
 *
 * @param before the object as it was copied.
 * @param wanted all headers that the copy was to have, as they go on the wire.
 */
export async function isOwnCopy(written: WrittenObject, before: ObjectHead, wanted: ObjectHeaders): Promise<boolean> {
  const after = await look(written);
  if (!after || after.sizeBytes !== before.sizeBytes || after.lastModifiedMs < before.lastModifiedMs) return false;
  return hasHeaders(after.headers, wanted) && hasSameBytes(before, after);
}

function hasHeaders(found: ObjectHeaders, wanted: ObjectHeaders): boolean {
  const own = (headers: ObjectHeaders) => Object.keys(headers).filter(isObjectMetadata);
  if (own(found).length !== own(wanted).length) return false;
  const names = [...own(wanted), "x-amz-storage-class", ...ENCRYPTION_HEADERS.filter((name) => name in wanted)];
  const isSame = (name: string) =>
    (found[name] ?? DEFAULTS[name]) === readableValue(name, wanted[name] ?? DEFAULTS[name] ?? "");
  return names.every(isSame);
}

const ENCRYPTION_HEADERS = [
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-customer-algorithm",
  "x-amz-server-side-encryption-customer-key-md5",
];
/** Values that S3 does not return, because they are the default. */
const DEFAULTS: ObjectHeaders = { "x-amz-storage-class": "STANDARD" };

/** What a request copies is one object, never parts; beside the ETag, that is known by the checksum of the whole. */
function hasSameBytes(before: ObjectHead, after: ObjectHead): boolean {
  if (after.etag.includes("-")) return false;
  if (before.checksumType !== "FULL_OBJECT" || after.checksumType !== "FULL_OBJECT") return true;
  const shared = (Object.keys(before.checksums) as ChecksumAlgorithm[]).filter((name) => after.checksums[name]);
  return shared.every((name) => after.checksums[name] === before.checksums[name]);
}

/** @returns undefined if that fails too: what failed first matters more. */
async function look({ bucket, key, customerKeyHeaders, signal }: WrittenObject): Promise<ObjectHead | undefined> {
  try {
    const response = await withChecksumMode(bucket, (mode) =>
      bucket.send({ method: "HEAD", key, headers: { ...mode, ...customerKeyHeaders }, signal }),
    );
    return readObjectHead(response);
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
