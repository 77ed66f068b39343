import { ServiceError } from "../../aws/errors/errors.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { getBucketPolicy } from "../../s3/buckets/bucket-policy.ts";
import { letsEverybodyRead } from "./public-read-policy.ts";

/**
 * Whether the bucket's policy lets everyone read some of these objects. A policy that may not be read, or that a store does not have,
 * counts as none.
 *
 * @param partition that of ARNs, for example `aws` or `aws-cn`.
 * @throws {ConnectionError} if no answer comes; the signal's reason.
 */
export async function isReadByEverybody(
  bucket: Bucket,
  keys: readonly string[],
  partition: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const policy = await getBucketPolicy(bucket, signal);
    return (
      policy !== undefined &&
      keys.some((key) => letsEverybodyRead(policy, `arn:${partition}:s3:::${bucket.name}/${key}`))
    );
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ServiceError) return false;
    throw error;
  }
}
