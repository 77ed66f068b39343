import { checksumAlgorithmNames, checksumHeaderName } from "../body/checksum-algorithms.ts";
import { S3Error } from "./errors.ts";
import type { S3Request } from "./request.ts";

const customerKey = ["algorithm", "key", "key-md5"];

const understoodHeaders = new Set([
  ...checksumAlgorithmNames.map(checksumHeaderName),
  ...customerKey.map((name) => `x-amz-server-side-encryption-customer-${name}`),
  ...customerKey.map((name) => `x-amz-copy-source-server-side-encryption-customer-${name}`),
  "x-amz-acl",
  "x-amz-checksum-algorithm",
  "x-amz-checksum-mode",
  "x-amz-checksum-type",
  "x-amz-content-sha256",
  "x-amz-copy-source",
  "x-amz-copy-source-if-match",
  "x-amz-copy-source-if-modified-since",
  "x-amz-copy-source-if-none-match",
  "x-amz-copy-source-if-unmodified-since",
  "x-amz-copy-source-range",
  "x-amz-date",
  "x-amz-decoded-content-length",
  "x-amz-expected-bucket-owner",
  "x-amz-grant-full-control",
  "x-amz-grant-read",
  "x-amz-grant-read-acp",
  "x-amz-grant-write",
  "x-amz-grant-write-acp",
  "x-amz-metadata-directive",
  "x-amz-mp-object-size",
  "x-amz-object-ownership",
  "x-amz-request-payer",
  "x-amz-sdk-checksum-algorithm",
  "x-amz-security-token",
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-aws-kms-key-id",
  "x-amz-server-side-encryption-bucket-key-enabled",
  "x-amz-source-expected-bucket-owner",
  "x-amz-storage-class",
  "x-amz-tagging",
  "x-amz-tagging-directive",
  "x-amz-trailer",
  "x-amz-user-agent",
  "x-amz-website-redirect-location",
]);

/** What they say is of a copy: in a request that copies nothing they would be passed over. */
function isOfCopy(name: string): boolean {
  return name.startsWith("x-amz-copy-source-") || name.startsWith("x-amz-source-") || name.endsWith("-directive");
}

/**
 * A header that asks for something must not be passed over quietly.
 * @throws S3Error NotImplemented when the request has an `x-amz-*` header that this server does not know, or not there
 */
export function checkHeadersUnderstood({ headers }: S3Request): void {
  const isCopy = headers.has("x-amz-copy-source");
  for (const name of headers.keys()) {
    if (!name.startsWith("x-amz-") || name.startsWith("x-amz-meta-")) continue;
    if (understoodHeaders.has(name) && (isCopy || !isOfCopy(name))) continue;
    throw new S3Error("NotImplemented", `The header ${name} is not implemented.`, { elements: { Header: name } });
  }
}
