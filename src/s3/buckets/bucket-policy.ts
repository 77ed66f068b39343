import type { Bucket } from "../bucket.ts";
import { PLACE } from "../sdk/open-client.ts";
import { getBucketSetting, putBucketSetting, settingNotSupported } from "./bucket-setting.ts";

/** The longest policy that S3 accepts, in bytes. Source: "Bucket policies for Amazon S3" in the Amazon S3 User Guide. */
export const MAX_POLICY_BYTES = 20 * 1024;

/**
 * Reads a bucket's policy. That takes s3:GetBucketPolicy.
 *
 * @returns the policy's JSON as it was stored; undefined if the bucket has none.
 * @throws {UnsupportedInputError} if the store has no bucket policies; what `Bucket.send` throws.
 *
 * Source: GetBucketPolicy in the Amazon S3 API Reference.
 */
export async function getBucketPolicy(bucket: Bucket, signal?: AbortSignal): Promise<string | undefined> {
  const answer = await getBucketSetting(bucket, signal, {
    send: (client, sdk) => client.send(new sdk.GetBucketPolicyCommand(PLACE)),
    roots: [],
  });
  if (answer === "none") return undefined;
  // The SDK cannot distinguish "no policy" from an empty answer, which S3 does not give.
  if (answer !== "unsupported") return answer.Policy ?? "";
  throw settingNotSupported("policy");
}

/**
 * Replaces a bucket's policy. This needs s3:PutBucketPolicy.
 *
 * @param policy JSON of at most `MAX_POLICY_BYTES`.
 * @throws {ServiceError} with the code AccessDenied if the policy allows public access and Block Public Access forbids that; {@link
 * UnsupportedInputError} if the store has no bucket policies; else what `Bucket.send` throws.
 *
 * Source: PutBucketPolicy in the Amazon S3 API Reference.
 */
export async function putBucketPolicy(bucket: Bucket, policy: string, signal?: AbortSignal): Promise<void> {
  await putBucketSetting(bucket, "policy", signal, {
    send: (client, sdk) => client.send(new sdk.PutBucketPolicyCommand({ ...PLACE, Policy: policy })),
    contentType: "application/json",
  });
}
