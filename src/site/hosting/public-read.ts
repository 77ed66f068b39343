import { describeFailure } from "../../aws/errors/error-hints.ts";
import { ServiceError } from "../../aws/errors/errors.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { getBucketPolicy, MAX_POLICY_BYTES, putBucketPolicy } from "../../s3/buckets/bucket-policy.ts";
import {
  getPublicAccessBlock,
  type PublicAccessBlock,
  putPublicAccessBlock,
} from "../../s3/buckets/public-access-block.ts";
import { pause } from "../../scheduling/back-off.ts";
import { StepError } from "../../sync/step-error.ts";
import type { Change } from "../change-log.ts";
import type { Pause } from "../growing-delays.ts";
import type { SiteLog } from "../plan/site-tools.ts";
import { bucketStep } from "./bucket-step.ts";
import { allowReading } from "./public-read-policy.ts";

export interface PublicReadOptions {
  /** The key prefix under which the site is. */
  readonly prefix: string;
  /** The partition of ARNs, for example `aws` or `aws-cn`. */
  readonly partition: string;
  readonly signal: AbortSignal;
  readonly pause?: Pause;
  /** Where a wait is announced. */
  readonly log?: Pick<SiteLog, "info">;
}

/** The changes before everyone can read the site; empty if they already can. */
export interface PublicReadPlan {
  /** The new settings of Block Public Access of the bucket. */
  readonly block?: PublicAccessBlock;
  /** The new policy of the bucket, in JSON. */
  readonly policy?: string;
  /** The policy that this one replaces; absent if there is none. */
  readonly policyBefore?: string;
}

/** A change of Block Public Access takes some time to spread. These waits add up to a minute. */
const SPREADING_DELAYS_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000];

/** A change of an earlier run has usually spread by now. */
const SPREAD_DELAYS_MS = [1_000, 2_000];

/**
 * Finds the changes that are needed so that everyone can read the objects under a prefix. Nothing is changed yet.
 *
 * @throws {StepError} if that cannot be read, or the policy cannot be added to; the signal's reason.
 */
export async function planPublicRead(bucket: Bucket, options: PublicReadOptions): Promise<PublicReadPlan> {
  const { signal } = options;
  const block = await bucketStep(
    "Reading the Block Public Access settings of",
    bucket,
    "s3:GetBucketPublicAccessBlock",
    signal,
    () => getPublicAccessBlock(bucket, signal),
  );
  const isBlocking = block && (block.blockPublicPolicy || block.restrictPublicBuckets);
  return {
    ...(isBlocking ? { block: { ...block, blockPublicPolicy: false, restrictPublicBuckets: false } } : {}),
    ...(await planPolicy(bucket, options)),
  };
}

async function planPolicy(
  bucket: Bucket,
  { prefix, partition, signal }: PublicReadOptions,
): Promise<Pick<PublicReadPlan, "policy" | "policyBefore">> {
  const present = await bucketStep("Reading the policy of", bucket, "s3:GetBucketPolicy", signal, () =>
    getBucketPolicy(bucket, signal),
  );
  const policy = allowReading(present, { bucketName: bucket.name, prefix, partition });
  if (policy === undefined) return {};
  if (Buffer.byteLength(policy) > MAX_POLICY_BYTES) {
    throw new StepError(
      "bucket-policy-too-large",
      `publicRead must add a statement to the policy of the bucket "${bucket.name}", but the policy would then exceed the 20 KB that S3 allows. Shorten the policy first.`,
    );
  }
  return { policy, ...(present === undefined ? {} : { policyBefore: present }) };
}

/** The changes of a plan, for a dry run and for a log. */
export function describePublicRead({ block, policy }: PublicReadPlan, bucketName: string, prefix: string): Change[] {
  const changes: Change[] = [];
  if (block) changes.push(`turn off BlockPublicPolicy and RestrictPublicBuckets of the bucket "${bucketName}"`);
  if (policy) changes.push(describeReadStatement(bucketName, prefix));
  return changes;
}

/** What `publicRead` adds to the policy of a bucket. */
export function describeReadStatement(bucketName: string, prefix: string): Change {
  return `allow everyone s3:GetObject on s3://${bucketName}/${prefix}* in the bucket's policy`;
}

/**
 * Lets everyone read the objects under a prefix, with the bucket's policy and never with ACLs. Only the settings of Block Public Access
 * that forbid such a policy are turned off, and only for this bucket. Settings that are already right are not changed.
 *
 * @returns what was changed.
 * @throws {StepError} if S3 refuses, or something beyond the bucket blocks public access; the signal's reason.
 *
 * Source: "Blocking public access to your Amazon S3 storage" in the Amazon S3 User Guide.
 */
export async function allowPublicRead(bucket: Bucket, options: PublicReadOptions): Promise<PublicReadPlan> {
  const plan = await planPublicRead(bucket, options);
  const { block, policy } = plan;
  const { signal } = options;
  if (block) {
    await bucketStep("Setting Block Public Access of", bucket, "s3:PutBucketPublicAccessBlock", signal, () =>
      putPublicAccessBlock(bucket, block, signal),
    );
  }
  if (policy) await putPublicPolicy(bucket, policy, block !== undefined, options);
  return plan;
}

/**
 * Adds the statement again if it is lost, because another publish to the bucket had read the policy before this one wrote it. S3 has no
 * conditions for such writes.
 *
 * @param done what was changed, a while ago: the other publish must have written its policy by now.
 * @returns whether it was lost.
 * @throws {StepError} if S3 refuses; the signal's reason.
 */
export async function restorePublicRead(
  bucket: Bucket,
  done: PublicReadPlan,
  options: PublicReadOptions,
): Promise<boolean> {
  if (!done.policy) return false;
  const { policy, policyBefore } = await planPolicy(bucket, options);
  // A read may still return what was there before the write.
  if (!policy || policyBefore === done.policyBefore) return false;
  await putPublicPolicy(bucket, policy, done.block !== undefined, options);
  return true;
}

/**
 * Only the account's own settings show whether it blocks such a policy, and reading them needs another service and permission. So a
 * refused policy is tried again as long as the bucket's block may be the reason.
 *
 * @param hasUnblocked whether public policies were blocked until just now, so that they may be refused for a while.
 */
async function putPublicPolicy(
  bucket: Bucket,
  policy: string,
  hasUnblocked: boolean,
  options: PublicReadOptions,
): Promise<void> {
  const { signal, pause: wait = pause, log } = options;
  const delaysMs = hasUnblocked ? SPREADING_DELAYS_MS : SPREAD_DELAYS_MS;
  let wanted: string | undefined = policy;
  for (let attempt = 0; wanted !== undefined; attempt++) {
    try {
      return await putBucketPolicy(bucket, wanted, signal);
    } catch (error) {
      signal.throwIfAborted();
      const delayMs = delaysMs[attempt];
      if (delayMs === undefined || !mayPass(error, hasUnblocked)) throw refusedPolicyError(bucket, error, hasUnblocked);
      if (attempt === 0)
        log?.info(
          "Waiting until the change of Block Public Access is effective, so that S3 accepts the bucket policy, at most 60 s",
        );
      await wait(delayMs, signal);
    }
    // Meanwhile another publish to the bucket may have added its statement.
    ({ policy: wanted } = await planPolicy(bucket, options));
  }
}

/**
 * Whether a refusal may come from a block that is already turned off. S3 then names the setting. Another reason, for example that no
 * policy allows the action, is a missing permission.
 */
function mayPass(error: unknown, hasUnblocked: boolean): boolean {
  if (!(error instanceof ServiceError) || error.awsCode !== "AccessDenied") return false;
  return namesBlock(error) || (hasUnblocked && !/\bbecause\b|explicit deny/i.test(error.details.serverMessage));
}

/** For example "because public policies are blocked by the BlockPublicPolicy block public access setting". */
function namesBlock(error: unknown): boolean {
  return error instanceof ServiceError && /BlockPublicPolicy|Block Public Access/i.test(error.details.serverMessage);
}

function refusedPolicyError(bucket: Bucket, error: unknown, hasUnblocked: boolean): StepError {
  const mayBeBlocked = mayPass(error, hasUnblocked);
  const why = namesBlock(error)
    ? `${(error as ServiceError).message}.`
    : describeFailure(error, bucket.name, undefined, "s3:PutBucketPolicy") +
      (mayBeBlocked ? " If that action is already allowed:" : "");
  const isServerError = error instanceof ServiceError && error.details.status >= 500;
  const advice = mayBeBlocked ? ` ${ACCOUNT_BLOCK}` : isServerError && !bucket.isAmazon ? ` ${NO_POLICIES}` : "";
  return new StepError(
    mayBeBlocked ? "public-access-blocked" : codeOf(error),
    `Setting the policy of the bucket "${bucket.name}" failed: ${why}${advice}`,
    { cause: error },
  );
}

/** Some stores answer 500 to what they do not have. */
const NO_POLICIES =
  "If this happens each time, the store may not have bucket policies. Then set publicRead to false, and make the objects readable in the way that the store offers.";

const ACCOUNT_BLOCK =
  "Block Public Access is off for this bucket, but on for the AWS account or its organization. The step does not change that. " +
  "Ask the administrator of the account to turn off BlockPublicPolicy and RestrictPublicBuckets there. If an S3 policy of AWS Organizations sets them, " +
  "only the organization can do it. Or set publicRead to false, and publish behind CloudFront with origin access control.";
