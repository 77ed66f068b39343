import { join } from "node:path";
import { log } from "../../src/agent/log.ts";
import { jobFolder } from "../../src/agent/pipeline-run.ts";
import { describeFailure } from "../../src/aws/errors/error-hints.ts";
import { codeOf } from "../../src/errors/coded-error.ts";
import { bucketExists, ensureBucket } from "../../src/s3/buckets/create-bucket.ts";
import type { UploadOptions } from "../../src/sync/options.ts";
import type { PlanProblem } from "../../src/sync/plan/plan.ts";
import type { PlanContext } from "../../src/sync/plan/plan-context.ts";
import { StepError } from "../../src/sync/step-error.ts";
import { openJournal, type UploadJournal } from "../../src/sync/upload/resume.ts";

export const TASK = "AwsS3Upload";

/** The message if the patterns match nothing. */
export const NOTHING_FOUND: PlanProblem = {
  input: "globExpressions",
  code: "no-files-found",
  message: "no file matches. Check the patterns and sourceFolder, and that an earlier step created the files.",
};

/** Where the uploads that this job begins are noted. */
export function uploadJournal(): UploadJournal {
  return openJournal(join(jobFolder(), "s3-unfinished-uploads.txt"));
}

/** Creates the bucket if it does not exist. @returns whether it is, or in a dry run would be, a new one. */
export async function prepareBucket(
  { access, dryRun }: UploadOptions,
  { bucket, signal }: PlanContext,
): Promise<boolean> {
  const { region } = access.store;
  try {
    if (dryRun) {
      const isNew = !(await bucketExists(bucket, signal));
      if (isNew) log.info(`The bucket ${bucket.name} would be created`);
      return isNew;
    }
    const isNew = (await ensureBucket(bucket, region, signal)) === "created";
    if (isNew) log.info(`Created the bucket ${bucket.name}`);
    return isNew;
  } catch (error) {
    signal.throwIfAborted();
    const why = describeFailure(error, bucket.name, undefined, "s3:CreateBucket");
    throw new StepError(codeOf(error), `Creating the bucket ${bucket.name} failed: ${why}`, { cause: error });
  }
}
