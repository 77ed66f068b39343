import { type Bucket, type PublicAccessBlock, publicAccessSettings } from "../store/buckets.ts";

/**
 * The public access that is blocked in a bucket: what the bucket blocks, and what its account does.
 * Source: "Blocking public access to your Amazon S3 storage" in the Amazon S3 User Guide
 */
export function blockInForce({ publicAccessBlock, accountBlock }: Bucket): PublicAccessBlock {
  const settings = publicAccessSettings.map((name) => [name, accountBlock[name] || publicAccessBlock?.[name] === true]);
  return Object.fromEntries(settings) as PublicAccessBlock;
}
