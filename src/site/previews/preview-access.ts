import { prefixesOf } from "../../files/below-folder.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { getBucketPolicy } from "../../s3/buckets/bucket-policy.ts";
import { listFolders } from "../../s3/listing/list-folders.ts";
import type { PlanProblem } from "../../sync/plan/plan.ts";
import { bucketStep } from "../hosting/bucket-step.ts";
import { allowReading } from "../hosting/public-read-policy.ts";
import { findPreviews } from "./find-previews.ts";

/** The previews that everyone will be able to read. */
export interface PreviewAccess {
  /** The key prefix of the preview. */
  readonly prefix: string;
  /** That of all previews. */
  readonly rootPrefix: string;
  /** The partition of ARNs, for example `aws`. */
  readonly partition: string;
}

/**
 * Whether the bucket's policy must be changed so that everyone can read a preview. This is only allowed in a bucket that contains nothing
 * but previews.
 *
 * @throws {StepError} if the policy or the bucket cannot be read; the signal's reason.
 */
export async function previewAccessOf(
  bucket: Bucket,
  { prefix, rootPrefix, partition }: PreviewAccess,
  signal: AbortSignal,
): Promise<"covered" | "to be allowed" | "not ours"> {
  const policy = await bucketStep("Reading the policy of", bucket, "s3:GetBucketPolicy", signal, () =>
    getBucketPolicy(bucket, signal),
  );
  const isCovered = allowReading(policy, { bucketName: bucket.name, prefix, partition }) === undefined;
  if (isCovered) return "covered";
  return (await holdsPreviewsAlone(bucket, rootPrefix, signal)) ? "to be allowed" : "not ours";
}

/** @returns a problem if the step must not make the preview public. */
export async function previewAccessProblems(
  bucket: Bucket,
  access: PreviewAccess,
  signal: AbortSignal,
): Promise<PlanProblem[]> {
  if ((await previewAccessOf(bucket, access, signal)) !== "not ours") return [];
  const why = `the policy of the bucket "${bucket.name}" does not let everyone read s3://${bucket.name}/${access.prefix}, and a preview changes the policy only in a bucket that holds nothing but previews`;
  const advice = `In the policy, allow everyone (Principal "*") s3:GetObject on arn:${access.partition}:s3:::${bucket.name}/${access.rootPrefix}*. Or use a bucket for previews alone, or set publicRead to false`;
  return [{ input: "publicRead", code: "preview-not-public", message: `${why}. ${advice}.` }];
}

async function holdsPreviewsAlone(bucket: Bucket, rootPrefix: string, signal: AbortSignal): Promise<boolean> {
  for (const prefix of ["", ...prefixesOf(rootPrefix)]) {
    const { folders, hasObjects } = await bucketStep("Listing", bucket, "s3:ListBucket", signal, () =>
      listFolders(bucket, prefix, signal),
    );
    if (hasObjects) return false;
    if (prefix === rootPrefix) {
      const { previews, unreadable } = await findPreviews(bucket, rootPrefix, signal);
      if (unreadable[0]) throw unreadable[0].error;
      return folders.every((folder) => previews.some(({ name }) => name === folder));
    }
    if (folders.some((folder) => !rootPrefix.startsWith(`${prefix}${folder}/`))) return false;
  }
  return true;
}
