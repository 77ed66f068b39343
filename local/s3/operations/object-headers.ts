import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";

const maxMetadataBytes = 2048;
const maxKeyBytes = 1024;
const metadataPrefix = "x-amz-meta-";
const systemHeaders = ["cache-control", "content-disposition", "content-language", "expires"];
/** Where a website sends those who ask for the object. */
export const redirectHeader = "x-amz-website-redirect-location";

/**
 * Those of general purpose buckets; the others that the API names are of other services.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
 */
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

/**
 * The system headers, redirect location and metadata that an object is to keep.
 * @throws S3Error MetadataTooLarge, InvalidRedirectLocation
 */
export function readObjectHeaders(request: S3Request): Readonly<Record<string, string>> {
  return {
    "content-type": request.headers.get("content-type") || "binary/octet-stream",
    ...contentEncoding(request),
    ...Object.fromEntries([...request.headers].filter(([name, value]) => systemHeaders.includes(name) && value)),
    ...redirectLocation(request),
    ...metadata(request),
  };
}

/** @throws S3Error InvalidStorageClass for one that no object of a general purpose bucket can be put in */
export function readStorageClass({ headers }: S3Request): string {
  const storageClass = headers.get("x-amz-storage-class") ?? "STANDARD";
  if (!storageClasses.has(storageClass)) throw new S3Error("InvalidStorageClass");
  return storageClass;
}

/** @throws S3Error KeyTooLongError */
export function checkKey(key: string): void {
  const sizeBytes = Buffer.byteLength(key);
  if (sizeBytes <= maxKeyBytes) return;
  throw new S3Error("KeyTooLongError", undefined, {
    elements: { Size: String(sizeBytes), MaxSizeAllowed: String(maxKeyBytes) },
  });
}

/** `aws-chunked` describes the transfer and is not kept. */
function contentEncoding({ headers }: S3Request): Record<string, string> {
  const kept = (headers.get("content-encoding") ?? "")
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "aws-chunked");
  return kept.length === 0 ? {} : { "content-encoding": kept.join(",") };
}

/** The header of a redirect location, if the request gives one. @throws S3Error InvalidRedirectLocation */
export function redirectLocation({ headers }: S3Request): Record<string, string> {
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
