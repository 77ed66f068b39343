import { log } from "../../src/agent/log.ts";
import type { TaskOutcome } from "../../src/agent/run-task.ts";
import type { UploadOptions } from "../../src/sync/options.ts";
import { planUpload } from "../../src/sync/plan/plan-upload.ts";
import { applyUpload } from "../../src/sync/upload/upload.ts";
import type { InNameOf } from "../../src/task/inputs/access.ts";
import { actAs } from "../../src/task/run/act-as.ts";
import { runTransfer } from "../../src/task/run/transfer.ts";
import { transferArchive } from "./archive.ts";
import { NOTHING_FOUND, prepareBucket, TASK, uploadJournal } from "./prepare.ts";

/**
 * The task from its options on.
 *
 * @throws as `actAs` and `runTransfer` do.
 */
export function upload(inputs: InNameOf<UploadOptions>, cancelSignal: AbortSignal): Promise<TaskOutcome> {
  return actAs(inputs.access, TASK, cancelSignal, (access) => {
    const { archive, ...options } = { ...inputs, access };
    return archive ? transferArchive({ ...options, archive }, cancelSignal) : transfer(options, cancelSignal);
  });
}

function transfer(options: UploadOptions, cancelSignal: AbortSignal): Promise<TaskOutcome> {
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
      nothingFound: NOTHING_FOUND,
      async apply(plan, tools) {
        const journal = uploadJournal();
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
    cancelSignal,
  );
}

function describeUnfinished(count: number): string {
  const what = count === 1 ? "The parts of 1 large file are kept" : `The parts of ${count} large files are kept`;
  return (
    `${what} in the bucket, so that the next run can continue. To delete them if there is no next run, ` +
    'add this lifecycle rule to the bucket: {"ID": "unfinished uploads", "Status": "Enabled", "Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}'
  );
}
