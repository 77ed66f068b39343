import { ServiceError, UnsupportedInputError } from "../aws/errors/errors.ts";
import { CodedError } from "../errors/coded-error.ts";
import type { Bucket, S3Request } from "./bucket.ts";
import { MAX_COPY_BYTES } from "./copying/copy-object.ts";
import { copySourceHeaders } from "./copying/copy-source.ts";
import { encodeMetadata } from "./encoded-words.ts";
import { copySourceKeyHeaders, customerKeyHeaders, type Encryption, encryptionHeaders } from "./encryption.ts";
import { checksumAlgorithmOf, headObject, type ObjectHead } from "./head-object.ts";
import { isOwnCopy, mayBeDone, type WrittenObject } from "./lost-answer.ts";
import { copyInParts } from "./multipart/multipart-copy.ts";
import { getObjectAcl, grantHeaders, isOwnerOnly } from "./object-acl.ts";
import { canReplaceTags, getObjectTags, type ObjectTags, putObjectTags, taggingHeader } from "./object-tags.ts";
import type { ObjectHeaders } from "./put-object.ts";
import { isObjectMetadata } from "./system-metadata.ts";
import { readResult } from "./xml-body.ts";

/** The changes of an object whose bytes are kept. */
export interface ObjectChange {
  /** Headers to set, metadata and `x-amz-storage-class` among them, with lower-case names. All others stay as they are. */
  readonly headers: ObjectHeaders;
  /** The object's new tags; undefined leaves it those that it has. */
  readonly tags?: ObjectTags | undefined;
  /** For example `public-read`. If undefined, the object's grants are kept. */
  readonly cannedAcl?: string | undefined;
  /** Undefined leaves the object encrypted as it is. */
  readonly encryption?: Encryption | undefined;
}

export interface UpdateOptions {
  /** The key that an object encrypted with SSE-C has now; not used for other objects. */
  readonly customerKey?: Encryption | undefined;
  /** Parts of an object that are copied at once, if it is too large for one request. Default: 8. */
  readonly parallelParts?: number;
  /** Objects up to this size are copied by one request. Default: the 5 GiB that S3 takes. */
  readonly maxCopyBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The object is not changed, because a change would lose something of it. The message says what to do. */
export class UpdateRefusedError extends CodedError {
  override readonly name: string = "UpdateRefusedError";
}

const PARALLEL_PARTS = 8;

/**
 * Changes what is stored beside an object's bytes, without sending these again. Other tags alone are set as such; anything else needs a
 * copy of the object onto itself, which keeps nothing that is not said again: headers, metadata, storage class, redirect location,
 * encryption, grants, object lock. All this is said again as it was, but for the context of an encryption by KMS, which S3 does not return.
 *
 * A copy has the time of its making, and in a bucket with versions it is a version of its own. The ETag of an object that came in parts
 * changes, unless it is copied in the same parts.
 *
 * @param head what the object is now; if it has been replaced since, S3 refuses with PreconditionFailed.
 * @throws {UpdateRefusedError}; what `Bucket.send` throws.
 *
 * Source: CopyObject in the Amazon S3 API Reference.
 */
export async function updateObject(
  bucket: Bucket,
  key: string,
  head: ObjectHead,
  change: ObjectChange,
  options: UpdateOptions = {},
): Promise<void> {
  const { signal } = options;
  const keepsRest = Object.keys(change.headers).length === 0 && !change.cannedAcl && !change.encryption;
  if (keepsRest && !change.tags) return;
  // Tags that may not be read are given to a copy, which a store without tags can make as well.
  if (keepsRest && change.tags && (await canReplaceTags(bucket, key, signal))) {
    return putObjectTags(bucket, key, change.tags, signal);
  }
  refuseLosses(head, options);
  const sourceKey = isCustomerEncrypted(head) ? options.customerKey : undefined;
  const newKey = change.encryption ?? sourceKey;
  const algorithm = checksumAlgorithmOf(head);
  const source = { ...copySourceHeaders(bucket, key, head.etag), ...copySourceKeyHeaders(sourceKey) };
  const headers = {
    ...encodeMetadata({ ...keptHeaders(head), ...change.headers }),
    ...(change.encryption ? encryptionHeaders(change.encryption) : sameEncryption(head, options)),
    ...(change.cannedAcl ? { "x-amz-acl": change.cannedAcl } : await sameGrants(bucket, key, signal)),
    ...(algorithm ? { "x-amz-checksum-algorithm": algorithm } : {}),
  };

  // A head does not show tags that may not be read; a copy in one piece still keeps them.
  const isTagged = Number(head.headers["x-amz-tagging-count"] ?? 0) > 0;
  const inOnePiece = head.sizeBytes <= (options.maxCopyBytes ?? MAX_COPY_BYTES);
  const tags = change.tags ?? (isTagged || !inOnePiece ? await tagsToKeep(bucket, key, signal) : undefined);
  if (inOnePiece) {
    const written = { bucket, key, customerKeyHeaders: customerKeyHeaders(newKey), signal };
    const isDone = () => isOwnCopy(written, head, headers);
    await copyInOnePiece(written, { ...headers, ...source }, tags, isDone);
  } else {
    await copyInParts(bucket, key, head, {
      headers: { ...headers, ...(tags?.size ? { "x-amz-tagging": taggingHeader(tags) } : {}) },
      sourceHeaders: source,
      sourceKey,
      customerKeyHeaders: customerKeyHeaders(newKey),
      parallelParts: options.parallelParts ?? PARALLEL_PARTS,
      signal,
    });
  }
  if (tags?.size) await ensureTags(bucket, key, tags, newKey, signal);
}

/** Those that the object has; none in a store without tags. */
async function tagsToKeep(bucket: Bucket, key: string, signal: AbortSignal | undefined): Promise<ObjectTags> {
  try {
    return await getObjectTags(bucket, key, signal);
  } catch (error) {
    if (error instanceof UnsupportedInputError) return new Map();
    throw error;
  }
}

/** @param isDone whether the object is the copy, made by a try whose answer was lost. */
async function copyInOnePiece(
  { bucket, key, signal }: WrittenObject,
  headers: ObjectHeaders,
  tags: ObjectTags | undefined,
  isDone: () => Promise<boolean>,
): Promise<void> {
  // Without a directive tags are copied, and stores without tags refuse the directive.
  const tagging = tags ? { "x-amz-tagging-directive": "REPLACE", "x-amz-tagging": taggingHeader(tags) } : {};
  const request: S3Request = {
    method: "PUT",
    key,
    headers: { ...headers, ...tagging, "x-amz-metadata-directive": "REPLACE" },
    signal,
  };
  let tries = 0;
  const next = () => {
    tries++;
    return request;
  };
  try {
    await readResult(await bucket.send(next, signal), "CopyObjectResult");
  } catch (error) {
    // With another ETag, the copy itself no longer meets the condition.
    if (tries < 2 || !mayBeDone(error) || !(await isDone())) throw error;
  }
}

/**
 * Sets an object's tags if the store has ignored them: Ceph keeps none with a copy or a multipart upload. Amazon S3 keeps them. If the tags
 * may not be read, nothing is done.
 *
 * @throws what `Bucket.send` throws.
 */
export async function ensureTags(
  bucket: Bucket,
  key: string,
  tags: ObjectTags,
  customerKey: Encryption | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (bucket.isAmazon) return;
  const { headers } = await headObject(bucket, key, { customerKey, signal });
  const isRight = Number(headers["x-amz-tagging-count"] ?? 0) === tags.size;
  if (!isRight && (await canReplaceTags(bucket, key, signal))) await putObjectTags(bucket, key, tags, signal);
}

function refuseLosses(head: ObjectHead, { customerKey }: UpdateOptions): void {
  const storageClass = head.headers["x-amz-storage-class"] ?? "STANDARD";
  const isRestored = head.headers["x-amz-restore"]?.includes('ongoing-request="false"') ?? false;
  const isArchived = ["GLACIER", "DEEP_ARCHIVE"].includes(storageClass) || head.headers["x-amz-archive-status"];
  if (isArchived && !isRestored) {
    throw new UpdateRefusedError(
      "object-archived",
      `the object is archived (${storageClass}), so its headers cannot be changed: restore it first, or exclude it with a pattern`,
    );
  }
  if (Number(head.headers["x-amz-missing-meta"] ?? 0) > 0) {
    throw new UpdateRefusedError(
      "metadata-not-readable",
      "the object has metadata that cannot be read over HTTP and would be lost. To change its headers, upload the object again",
    );
  }
  if (isCustomerEncrypted(head) && customerKey?.kind !== "customer") {
    throw new UpdateRefusedError(
      "customer-key-required",
      "the object is encrypted with a customer key (SSE-C), and cannot be copied without that key. Enter it in customerKey",
    );
  }
}

function isCustomerEncrypted({ headers }: ObjectHead): boolean {
  return "x-amz-server-side-encryption-customer-algorithm" in headers;
}

/** Beside those that the object was given as such. */
const OTHER_KEPT_HEADERS = ["x-amz-object-lock-legal-hold", "x-amz-storage-class"];

function keptHeaders({ headers }: ObjectHead): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => isObjectMetadata(name) || OTHER_KEPT_HEADERS.includes(name));
  const mode = headers["x-amz-object-lock-mode"];
  const until = headers["x-amz-object-lock-retain-until-date"];
  // A lock that has ended cannot be set again.
  const isLocked = mode && until && Date.parse(until) > Date.now();
  return {
    ...Object.fromEntries(kept),
    ...(isLocked ? { "x-amz-object-lock-mode": mode, "x-amz-object-lock-retain-until-date": until } : {}),
  };
}

function sameEncryption(head: ObjectHead, { customerKey }: UpdateOptions): Record<string, string> {
  if (isCustomerEncrypted(head)) return customerKeyHeaders(customerKey);
  const algorithm = head.headers["x-amz-server-side-encryption"];
  if (!algorithm) return {};
  const keyId = head.headers["x-amz-server-side-encryption-aws-kms-key-id"];
  const bucketKey = head.headers["x-amz-server-side-encryption-bucket-key-enabled"];
  return {
    "x-amz-server-side-encryption": algorithm,
    ...(keyId ? { "x-amz-server-side-encryption-aws-kms-key-id": keyId } : {}),
    // If it were not repeated, the bucket's default would decide. DSSE-KMS has no bucket keys.
    ...(algorithm === "aws:kms" ? { "x-amz-server-side-encryption-bucket-key-enabled": bucketKey ?? "false" } : {}),
  };
}

async function sameGrants(
  bucket: Bucket,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Record<string, string>> {
  try {
    const acl = await getObjectAcl(bucket, key, signal);
    if (acl.isComplete) return isOwnerOnly(acl) ? {} : grantHeaders(acl);
    if (isOwnerOnly(acl)) {
      bucket.giveUp("acls");
      return {};
    }
    throw new UpdateRefusedError(
      "acl-not-readable",
      "a part of the object's ACL cannot be read, and the copy that changes its headers would lose it. Set filesAcl",
    );
  } catch (error) {
    if (!(error instanceof ServiceError) || error.details.status !== 403) throw error;
    throw new UpdateRefusedError(
      "acl-not-readable",
      `the object's ACL cannot be read (${error.message}), and the copy that changes its headers would lose it. Allow s3:GetObjectAcl, or set filesAcl`,
    );
  }
}
