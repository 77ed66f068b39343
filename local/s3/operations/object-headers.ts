import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";

const maxMetadataBytes = 2048;
const maxKeyBytes = 1024;
const metadataPrefix = "x-amz-meta-";
const systemHeaders = ["cache-control", "content-disposition", "content-language", "expires"];
const redirectHeader = "x-amz-website-redirect-location";

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
const storageClasses = new Set([
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER",
  "DEEP_ARCHIVE",
  "GLACIER_IR",
]);

/** What a new object takes from the headers of its request. */
export interface NewObjectHeaders {
  readonly headers: Readonly<Record<string, string>>;
  readonly storageClass: string;
}

/**
 * Reads and checks what the headers of PutObject or CreateMultipartUpload say about the object.
 * @throws S3Error KeyTooLongError, MetadataTooLarge, InvalidStorageClass, InvalidRedirectLocation, NotImplemented,
 *   AccessControlListNotSupported
 */
export function readNewObjectHeaders(request: S3Request): NewObjectHeaders {
  checkKey(request.key as string);
  checkAcl(request);
  checkEncryption(request);
  const storageClass = request.headers.get("x-amz-storage-class") ?? "STANDARD";
  if (!storageClasses.has(storageClass)) throw new S3Error("InvalidStorageClass");
  return {
    storageClass,
    headers: {
      "content-type": request.headers.get("content-type") || "binary/octet-stream",
      ...contentEncoding(request),
      ...Object.fromEntries([...request.headers].filter(([name, value]) => systemHeaders.includes(name) && value)),
      ...redirectLocation(request),
      ...metadata(request),
    },
  };
}

function checkKey(key: string): void {
  const sizeBytes = Buffer.byteLength(key);
  if (sizeBytes <= maxKeyBytes) return;
  throw new S3Error("KeyTooLongError", undefined, {
    elements: { Size: String(sizeBytes), MaxSizeAllowed: String(maxKeyBytes) },
  });
}

/** All buckets are "bucket owner enforced", S3's default, where ACLs are disabled but for one that changes nothing. */
function checkAcl({ headers }: S3Request): void {
  const acl = headers.get("x-amz-acl") ?? "bucket-owner-full-control";
  const grants = [...headers.keys()].some((name) => name.startsWith("x-amz-grant-"));
  if (acl !== "bucket-owner-full-control" || grants) throw new S3Error("AccessControlListNotSupported");
}

function checkEncryption({ headers }: S3Request): void {
  const encryption = headers.get("x-amz-server-side-encryption") ?? "AES256";
  if (encryption !== "AES256") {
    throw new S3Error("NotImplemented", `Encryption with ${encryption} is not implemented.`, {
      elements: { Header: "x-amz-server-side-encryption" },
    });
  }
}

/** `aws-chunked` tells of the transfer and is not kept. */
function contentEncoding({ headers }: S3Request): Record<string, string> {
  const kept = (headers.get("content-encoding") ?? "")
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "aws-chunked");
  return kept.length === 0 ? {} : { "content-encoding": kept.join(",") };
}

function redirectLocation({ headers }: S3Request): Record<string, string> {
  const location = headers.get(redirectHeader);
  if (location === undefined) return {};
  if (!/^(\/|https?:\/\/)/.test(location) || location.length > 2048) throw new S3Error("InvalidRedirectLocation");
  return { [redirectHeader]: location };
}

function metadata({ headers }: S3Request): Record<string, string> {
  const entries = [...headers].filter(([name]) => name.startsWith(metadataPrefix));
  const sizeBytes = entries.reduce((sum, [name, value]) => sum + name.length - metadataPrefix.length + value.length, 0);
  if (sizeBytes <= maxMetadataBytes) return Object.fromEntries(entries);
  throw new S3Error("MetadataTooLarge", undefined, {
    elements: { Size: String(sizeBytes), MaxSizeAllowed: String(maxMetadataBytes) },
  });
}
