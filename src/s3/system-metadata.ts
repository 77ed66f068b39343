/** The header that makes an object a redirect to its value. */
export const REDIRECT_HEADER = "x-amz-website-redirect-location";

/**
 * The headers, beside metadata, that whoever stores an object gives it, and that S3 answers with: lower-case names.
 *
 * Source: "Working with object metadata" in the Amazon S3 User Guide.
 */
export const SYSTEM_METADATA: readonly string[] = [
  "cache-control",
  "content-type",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
  REDIRECT_HEADER,
];

/** Whether a header, by its lower-case name, is one that an object was given, metadata included; others are the store's. */
export function isObjectMetadata(name: string): boolean {
  return SYSTEM_METADATA.includes(name) || name.startsWith("x-amz-meta-");
}
