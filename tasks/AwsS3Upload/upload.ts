import { join } from "node:path";
import { jobFolder } from "../../src/agent/job-folder.ts";
import { log } from "../../src/agent/log.ts";
import type { TaskOutcome } from "../../src/agent/run-task.ts";
import { ensureBucket } from "../../src/s3/create-bucket.ts";
import type { UploadOptions } from "../../src/sync/options.ts";
import { planUpload } from "../../src/sync/plan-upload.ts";
import { openJournal } from "../../src/sync/resume.ts";
import { applyUpload } from "../../src/sync/upload.ts";
import { runTransfer } from "../transfer.ts";

/**
 * The task from its options on.
 *
 * @throws as `runTransfer` does.
 */
export function upload(options: UploadOptions, cancelled: AbortSignal): Promise<TaskOutcome> {
  const { source, prefix, access, createBucket, dryRun } = options;
  const s3Uri = `s3://${access.bucketName}/${prefix}`;
  return runTransfer(
    options,
    {
      name: "AwsS3Upload",
      folder: source,
      folderInput: "sourceFolder",
      opening: `Uploading ${source} to ${s3Uri}`,
      async makePlan(tools) {
        if (createBucket && !dryRun) {
          const { region, endpoint } = access.store;
          const outcome = await ensureBucket(tools.bucket, region, !endpoint, tools.signal);
          if (outcome === "created") log.info(`Created the bucket ${access.bucketName}`);
        }
        return planUpload(options, tools);
      },
      directionOf: () => ({ doing: "Uploading", done: "Uploaded", from: source, to: s3Uri, prefix }),
      nothingFound: {
        input: "globExpressions",
        message:
          "no file matches. Check the patterns and sourceFolder; an earlier step may not have made what you expect.",
      },
      async apply(plan, tools) {
        const journal = openJournal(join(jobFolder(), "s3-unfinished-uploads.txt"));
        const report = await applyUpload(plan, options, { ...tools, journal });
        if (report.leftUnfinished > 0) log.info(describeUnfinished(report.leftUnfinished));
        return report;
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

function describeUnfinished(count: number): string {
  const what = count === 1 ? "The parts of 1 large file stay" : `The parts of ${count} large files stay`;
  return (
    `${what} in the bucket, so that the next run can go on from there. If there will be none, a lifecycle rule of the bucket ` +
    'clears them: {"ID": "unfinished uploads", "Status": "Enabled", "Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}'
  );
}
