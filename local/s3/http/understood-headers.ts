import { checksumAlgorithmNames, checksumHeaderName } from "../body/checksum-algorithms.ts";
import { S3Error } from "./errors.ts";
import type { S3Request } from "./request.ts";

const understoodHeaders = new Set([
  ...checksumAlgorithmNames.map(checksumHeaderName),
  "x-amz-acl",
  "x-amz-checksum-algorithm",
  "x-amz-checksum-mode",
  "x-amz-checksum-type",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-decoded-content-length",
  "x-amz-mp-object-size",
  "x-amz-object-ownership",
  "x-amz-sdk-checksum-algorithm",
  "x-amz-security-token",
  "x-amz-server-side-encryption",
  "x-amz-storage-class",
  "x-amz-trailer",
  "x-amz-user-agent",
  "x-amz-website-redirect-location",
]);
const understoodPrefixes = ["x-amz-meta-", "x-amz-grant-"];

/**
 * A header that asks for something must not be passed over quietly.
 * @throws S3Error NotImplemented when the request has an `x-amz-*` header that this server does not know
 */
export function checkHeadersUnderstood({ headers }: S3Request): void {
  for (const name of headers.keys()) {
    if (!name.startsWith("x-amz-") || understoodHeaders.has(name)) continue;
    if (understoodPrefixes.some((prefix) => name.startsWith(prefix))) continue;
    throw new S3Error("NotImplemented", `The header ${name} is not implemented.`, { elements: { Header: name } });
  }
}
