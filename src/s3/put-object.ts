import type { Body } from "../aws/transport.ts";
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
  await bucket.send({
    method: "PUT",
    key,
    headers: { ...headers, "x-amz-checksum-crc32": crc32Header(digest.crc32) },
    body,
    bodySha256: digest.sha256Hex,
    signal,
  });
}
