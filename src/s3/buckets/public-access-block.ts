import type { Bucket } from "../bucket.ts";
import { PLACE } from "../sdk/open-client.ts";
import { askBucket } from "./bucket-client.ts";
import { getBucketSetting } from "./bucket-setting.ts";

/** The settings of Block Public Access that a bucket has; its account may have stricter ones. */
export interface PublicAccessBlock {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
}

/** The second is Ceph's name for it. */
const ROOTS = ["PublicAccessBlockConfiguration", "BlockPublicAccessBlockConfiguration"];

/**
 * Reads what public access a bucket blocks. That takes s3:GetBucketPublicAccessBlock.
 *
 * @returns undefined if the bucket itself blocks nothing, as in a store without Block Public Access.
 * @throws what `Bucket.send` throws.
 *
 * Source: GetPublicAccessBlock in the Amazon S3 API Reference.
 */
export async function getPublicAccessBlock(
  bucket: Bucket,
  signal?: AbortSignal,
): Promise<PublicAccessBlock | undefined> {
  const answer = await getBucketSetting(bucket, signal, {
    send: (client, sdk) => client.send(new sdk.GetPublicAccessBlockCommand(PLACE)),
    roots: ROOTS,
    // The SDK reads a "true" with a space next to it as false, as if nothing were blocked.
    normalize: (document) => document.replace(/>\s*(true|false)\s*</gi, ">$1<"),
  });
  if (answer === "unsupported") bucket.giveUp("publicAccessBlock");
  if (typeof answer === "string") return undefined;
  const block = answer.PublicAccessBlockConfiguration;
  return {
    blockPublicAcls: block?.BlockPublicAcls ?? false,
    ignorePublicAcls: block?.IgnorePublicAcls ?? false,
    blockPublicPolicy: block?.BlockPublicPolicy ?? false,
    restrictPublicBuckets: block?.RestrictPublicBuckets ?? false,
  };
}

/**
 * Sets what public access a bucket blocks, all four settings at once. That takes s3:PutBucketPublicAccessBlock.
 *
 * @throws what `Bucket.send` throws.
 *
 * Source: PutPublicAccessBlock in the Amazon S3 API Reference.
 */
export async function putPublicAccessBlock(
  bucket: Bucket,
  block: PublicAccessBlock,
  signal?: AbortSignal,
): Promise<void> {
  const PublicAccessBlockConfiguration = {
    BlockPublicAcls: block.blockPublicAcls,
    IgnorePublicAcls: block.ignorePublicAcls,
    BlockPublicPolicy: block.blockPublicPolicy,
    RestrictPublicBuckets: block.restrictPublicBuckets,
  };
  await askBucket(bucket, signal, {
    send: (client, sdk) =>
      client.send(new sdk.PutPublicAccessBlockCommand({ ...PLACE, PublicAccessBlockConfiguration })),
  });
}
