import { encodeKey, encodeUriPart } from "../../aws/signer.ts";
import type { Bucket } from "../bucket.ts";

/**
 * The headers by which CopyObject and UploadPartCopy name what they copy, and refuse to copy anything else.
 *
 * @param etag without quotation marks; empty if it is not known, so that there is nothing to refuse by.
 *
 * Source: CopyObject in the Amazon S3 API Reference; an access point is named by its ARN.
 */
export function copySourceHeaders(bucket: Bucket, key: string, etag: string): Record<string, string> {
  const source = bucket.name.startsWith("arn:")
    ? encodeUriPart(`${bucket.name}/object/${key}`)
    : `/${encodeKey(`${bucket.name}/${key}`)}`;
  return { "x-amz-copy-source": source, ...(etag === "" ? {} : { "x-amz-copy-source-if-match": `"${etag}"` }) };
}
