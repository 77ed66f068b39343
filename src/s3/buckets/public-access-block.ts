import type { Bucket } from "../bucket.ts";
import { childText, readResult, S3_NAMESPACE, xmlRequest } from "../xml-body.ts";
import { getBucketSetting } from "./bucket-setting.ts";

/** The settings of Block Public Access that a bucket has; its account may have stricter ones. */
export interface PublicAccessBlock {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
}

const QUERY = { publicAccessBlock: "" };
const ROOT = "PublicAccessBlockConfiguration";
/** So Ceph calls it in its answers. */
const CEPH_ROOT = "BlockPublicAccessBlockConfiguration";

/**
 * Reads what public access a bucket blocks. That takes s3:GetBucketPublicAccessBlock.
 *
 * @returns undefined where the bucket itself blocks nothing, as in a store without Block Public Access.
 * @throws what `Bucket.send` throws.
 *
 * Source: GetPublicAccessBlock in the Amazon S3 API Reference.
 */
export async function getPublicAccessBlock(
  bucket: Bucket,
  signal?: AbortSignal,
): Promise<PublicAccessBlock | undefined> {
  const response = await getBucketSetting(bucket, "publicAccessBlock", signal);
  if (response === "unsupported") bucket.giveUp("publicAccessBlock");
  if (typeof response === "string") return undefined;
  const root = await readResult(response, response.body.includes(`<${CEPH_ROOT}>`) ? CEPH_ROOT : ROOT);
  const isOn = (name: string) => childText(root, name)?.trim().toLowerCase() === "true";
  return {
    blockPublicAcls: isOn("BlockPublicAcls"),
    ignorePublicAcls: isOn("IgnorePublicAcls"),
    blockPublicPolicy: isOn("BlockPublicPolicy"),
    restrictPublicBuckets: isOn("RestrictPublicBuckets"),
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
  const settings =
    `<BlockPublicAcls>${block.blockPublicAcls}</BlockPublicAcls>` +
    `<IgnorePublicAcls>${block.ignorePublicAcls}</IgnorePublicAcls>` +
    `<BlockPublicPolicy>${block.blockPublicPolicy}</BlockPublicPolicy>` +
    `<RestrictPublicBuckets>${block.restrictPublicBuckets}</RestrictPublicBuckets>`;
  const document = `<${ROOT} xmlns="${S3_NAMESPACE}">${settings}</${ROOT}>`;
  await bucket.send({ method: "PUT", key: "", query: QUERY, ...xmlRequest(document), signal });
}
