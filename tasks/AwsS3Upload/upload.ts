import { join } from "node:path";
import { log } from "../../src/agent/log.ts";
import { jobFolder } from "../../src/agent/pipeline-run.ts";
import type { TaskOutcome } from "../../src/agent/run-task.ts";
import { describeFailure } from "../../src/aws/errors/error-hints.ts";
import { codeOf } from "../../src/errors/coded-error.ts";
import { bucketExists, ensureBucket } from "../../src/s3/buckets/create-bucket.ts";
import type { UploadOptions } from "../../src/sync/options.ts";
import type { PlanContext } from "../../src/sync/plan/plan-context.ts";
import { planUpload } from "../../src/sync/plan/plan-upload.ts";
import { StepError } from "../../src/sync/step-error.ts";
import { openJournal } from "../../src/sync/upload/resume.ts";
import { applyUpload } from "../../src/sync/upload/upload.ts";
import type { InNameOf } from "../../src/task/inputs/access.ts";
import { actAs } from "../../src/task/run/act-as.ts";
import { runTransfer } from "../../src/task/run/transfer.ts";

const TASK = "AwsS3Upload";

/**
 * The task from its options on.
 *
 * @throws as `actAs` and `runTransfer` do.
 */
export function upload(inputs: InNameOf<UploadOptions>, cancelled: AbortSignal): Promise<TaskOutcome> {
  return actAs(inputs.access, TASK, cancelled, (access) => transfer({ ...inputs, access }, cancelled));
}

function transfer(options: UploadOptions, cancelled: AbortSignal): Promise<TaskOutcome> {
  const { source, prefix, access, createBucket } = options;
  const s3Uri = `s3://${access.bucketName}/${prefix}`;
  return runTransfer(
    options,
    {
      name: TASK,
      folder: source,
      folderInput: "sourceFolder",
      opening: (place) => `Uploading ${source} to ${s3Uri} ${place}`,
      async makePlan(tools) {
        return planUpload(options, tools, createBucket && (await prepareBucket(options, tools)));
      },
      directionOf: () => ({ done: "Uploaded", from: source, to: s3Uri, prefix }),
      nothingFound: {
        input: "globExpressions",
        code: "no-files-found",
        message: "no file matches. Check the patterns and sourceFolder, and that an earlier step created the files.",
      },
      async apply(plan, tools) {
        const journal = openJournal(join(jobFolder(), "s3-unfinished-uploads.txt"));
        let leftUnfinished = 0;
        const onLeftUnfinished = () => {
          leftUnfinished++;
        };
        try {
          return await applyUpload(plan, options, { ...tools, journal, onLeftUnfinished });
        } finally {
          if (leftUnfinished > 0) log.info(describeUnfinished(leftUnfinished));
        }
      },
      outputsOf: ({ filesNew, filesUpdated, filesUnchanged, filesDeleted, bytesTransferred }) => ({
        filesUploaded: String(filesNew),
        filesUpdated: String(filesUpdated),
        filesUnchanged: String(filesUnchanged),
        filesDeleted: String(filesDeleted),
        bytesUploaded: String(bytesTransferred),
        s3Uri,
      }),
    },
    cancelled,
  );
}

/** Makes the bucket where there is none. @returns whether it is, or in a dry run would be, a new one. */
async function prepareBucket({ access, dryRun }: UploadOptions, { bucket, signal }: PlanContext): Promise<boolean> {
  const { region, endpoint } = access.store;
  try {
    if (dryRun) {
      const isNew = !(await bucketExists(bucket, signal));
      if (isNew) log.info(`The bucket ${bucket.name} would be created`);
      return isNew;
    }
    const isNew = (await ensureBucket(bucket, region, !endpoint, signal)) === "created";
    if (isNew) log.info(`Created the bucket ${bucket.name}`);
    return isNew;
  } catch (error) {
    signal.throwIfAborted();
    const why = describeFailure(error, bucket.name, undefined, "s3:CreateBucket");
    throw new StepError(codeOf(error), `Creating the bucket ${bucket.name} failed: ${why}`, { cause: error });
  }
}

function describeUnfinished(count: number): string {
  const what = count === 1 ? "The parts of 1 large file are kept" : `The parts of ${count} large files are kept`;
  return (
    `${what} in the bucket, so that the next run can continue. A lifecycle rule of the bucket deletes them if there is no next run. ` +
    'Rule: {"ID": "unfinished uploads", "Status": "Enabled", "Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}'
  );
}
