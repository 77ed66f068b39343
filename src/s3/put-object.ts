import { NOT_S3, ServiceError } from "../aws/errors.ts";
import type { Body, WireResponse } from "../aws/transport.ts";
import type { Bucket } from "./bucket.ts";
import { crc32Header, digestBody } from "./digest.ts";

/** What is stored beside an object's bytes, as request headers with lower-case names. */
export type ObjectHeaders = Readonly<Record<string, string>>;

/**
 * Stores an object with one PutObject. S3 checks the bytes against the CRC-32 sent with them.
 *
 * @throws what `Bucket.send` throws, and what reading the body throws.
 */
export async function putObject(
  bucket: Bucket,
  key: string,
  body: Body,
  headers: ObjectHeaders,
  signal?: AbortSignal,
): Promise<void> {
  const digest = await digestBody(body, bucket.signsPayload);
  const response = await bucket.send({
    method: "PUT",
    key,
    headers: { ...headers, "x-amz-checksum-crc32": crc32Header(digest.crc32) },
    body,
    bodySha256: digest.sha256Hex,
    signal,
  });
  requireEtag(response);
}

/**
 * The ETag of what has been stored. An answer without one did not come from S3, whatever its status: a proxy's page, say.
 *
 * @throws {ServiceError} where the answer has none.
 */
export function requireEtag(response: WireResponse): string {
  const { etag } = response.headers;
  if (etag) return etag;
  throw new ServiceError({ status: response.status, code: NOT_S3, serverMessage: "the answer has no ETag" });
}
