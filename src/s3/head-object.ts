import { ServiceError } from "../aws/errors/errors.ts";
import type { ChecksumAlgorithm } from "../checksums/algorithms.ts";
import type { ResponseHead } from "../http/messages.ts";
import type { Bucket } from "./bucket.ts";
import { checksumHeader } from "./digest.ts";
import { readableValue } from "./encoded-words.ts";
import { customerKeyHeaders, type Encryption } from "./encryption.ts";
import type { ObjectHeaders } from "./put-object.ts";
import { withChecksumMode } from "./store/checksum-support.ts";
import { SYSTEM_METADATA } from "./system-metadata.ts";
import { notS3 } from "./xml-body.ts";

/** What S3 knows about an object, or one part of it, without its bytes. */
export interface ObjectHead {
  /** The size of the part, if one was requested. */
  readonly sizeBytes: number;
  /** Without quotation marks. Empty if a store other than Amazon S3 does not return it. */
  readonly etag: string;
  /** Whether the ETag is the MD5 of the bytes, or of the parts' MD5s with the number of parts behind it. */
  readonly isEtagMd5: boolean;
  /** Milliseconds since 1970. */
  readonly lastModifiedMs: number;
  /** All headers that describe the object, lower-case names; metadata decoded. */
  readonly headers: ObjectHeaders;
  /** In base64, followed by `-N` if it is made from the checksums of N parts. */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  /** Undefined if there is no checksum. */
  readonly checksumType: "FULL_OBJECT" | "COMPOSITE" | undefined;
  /** Set if a part of a multipart object was requested. */
  readonly partsCount: number | undefined;
}

export interface HeadOptions {
  /** The key of an object encrypted with SSE-C. S3 refuses a request without it, and also a request with a key for any other object. */
  readonly customerKey?: Encryption | undefined;
  /** From 1; undefined for the whole object. */
  readonly partNumber?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the headers of an object, with its checksums.
 *
 * @throws {ServiceError} if there is no such object (see `isNotFound`), or the answer is not one that S3 gives; else
 *   what `Bucket.send` throws.
 *
 * Source: HeadObject in the Amazon S3 API Reference.
 */
export async function headObject(bucket: Bucket, key: string, options: HeadOptions = {}): Promise<ObjectHead> {
  const response = await withChecksumMode(bucket, (mode) =>
    bucket.send({
      method: "HEAD",
      key,
      query: options.partNumber === undefined ? {} : { partNumber: String(options.partNumber) },
      headers: { ...mode, ...customerKeyHeaders(options.customerKey) },
      signal: options.signal,
    }),
  );
  return readObjectHead(response);
}

/** The algorithm of an object's checksum; undefined if it has none. */
export function checksumAlgorithmOf({ checksums }: ObjectHead): ChecksumAlgorithm | undefined {
  const [algorithm] = Object.keys(checksums) as ChecksumAlgorithm[];
  return algorithm;
}

/** Whether the error says that there is no such object. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ServiceError && (error.awsCode === "NoSuchKey" || error.awsCode === "NotFound");
}

/** The statuses of refusals that concern only this object: no permission, another key, deleted meanwhile, parts not known. */
const REFUSALS = [400, 403, 404, 405, 416, 501];

/** Whether the store refuses the HEAD of this object, or of a part of it, and may answer others. */
export function isHeadRefusal(error: unknown): error is ServiceError {
  return error instanceof ServiceError && REFUSALS.includes(error.details.status);
}

/**
 * Reads the headers of an answer to HeadObject or GetObject.
 *
 * @param listedSizeBytes the size, if the answer has none: proxies may pass a body on in chunks.
 * @throws {ServiceError} if S3 would not give them.
 */
export function readObjectHead(response: ResponseHead, listedSizeBytes = Number.NaN): ObjectHead {
  const { headers } = response;
  // Some stores answer a HEAD with a time but without an ETag. An answer without both is not from a store.
  const etag = headers.etag?.replaceAll('"', "") ?? "";
  const sizeBytes = Number(headers["content-length"] || listedSizeBytes);
  const lastModifiedMs = Date.parse(headers["last-modified"] ?? "");
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0 || Number.isNaN(lastModifiedMs)) {
    throw notS3(response, "the answer does not have the size and the time of the object");
  }
  const described = describingHeaders(headers);
  const checksums = checksumsOf(headers);
  const partsCount = Number(headers["x-amz-mp-parts-count"]);
  return {
    sizeBytes,
    etag,
    isEtagMd5: isEtagMd5(etag, described),
    lastModifiedMs,
    headers: described,
    checksums,
    checksumType: readChecksumType(checksums, headers["x-amz-checksum-type"]),
    partsCount: partsCount > 0 ? partsCount : undefined,
  };
}

const DESCRIBING_HEADERS = new Set([
  ...SYSTEM_METADATA,
  "x-amz-archive-status",
  "x-amz-missing-meta",
  "x-amz-restore",
  "x-amz-storage-class",
  "x-amz-tagging-count",
  "x-amz-version-id",
]);
const DESCRIBING_PREFIXES = ["x-amz-meta-", "x-amz-object-lock-", "x-amz-server-side-encryption"];

function describingHeaders(headers: ResponseHead["headers"]): Record<string, string> {
  const described: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || !isDescribing(name)) continue;
    described[name] = readableValue(name, value);
  }
  return described;
}

function isDescribing(name: string): boolean {
  if (DESCRIBING_HEADERS.has(name)) return true;
  return name.startsWith("x-amz-") && DESCRIBING_PREFIXES.some((prefix) => name.startsWith(prefix));
}

const ALGORITHMS: readonly ChecksumAlgorithm[] = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];
const CHECKSUM_HEADERS = ALGORITHMS.map((algorithm) => [algorithm, checksumHeader(algorithm)] as const);

function checksumsOf(headers: ResponseHead["headers"]): ObjectHead["checksums"] {
  const checksums: Partial<Record<ChecksumAlgorithm, string>> = {};
  for (const [algorithm, header] of CHECKSUM_HEADERS) {
    const value = headers[header];
    if (value) checksums[algorithm] = value;
  }
  return checksums;
}

/** Older stores do not name the type; then a composite one is known by its number of parts. */
function readChecksumType(checksums: ObjectHead["checksums"], named: string | undefined): ObjectHead["checksumType"] {
  const [value] = Object.values(checksums);
  if (!value) return undefined;
  if (named === "FULL_OBJECT" || named === "COMPOSITE") return named;
  return /-\d+$/.test(value) ? "COMPOSITE" : "FULL_OBJECT";
}

/** With a KMS key or a customer's key, the ETag only looks like an MD5. Source: Object in the Amazon S3 API Reference. */
function isEtagMd5(etag: string, headers: ObjectHeaders): boolean {
  const algorithm = headers["x-amz-server-side-encryption"] ?? "AES256";
  const hasCustomerKey = "x-amz-server-side-encryption-customer-algorithm" in headers;
  return algorithm === "AES256" && !hasCustomerKey && /^[0-9a-f]{32}(-\d+)?$/i.test(etag);
}
