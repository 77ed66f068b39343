import type { TaskOutcome } from "../../src/agent/run-task.ts";
import { applyDownload } from "../../src/sync/download/download.ts";
import { planArchives } from "../../src/sync/extract/plan-archives.ts";
import type { DownloadOptions } from "../../src/sync/options.ts";
import { type DownloadPlan, planDownload } from "../../src/sync/plan/plan-download.ts";
import type { InNameOf } from "../../src/task/inputs/access.ts";
import { actAs } from "../../src/task/run/act-as.ts";
import { runTransfer } from "../../src/task/run/transfer.ts";
import { withWorkFolder } from "../../src/task/run/work-folder.ts";

const TASK = "AwsS3Download";

/**
 * The task from its options on.
 *
 * @throws as `actAs` and `runTransfer` do.
 */
export function download(inputs: InNameOf<DownloadOptions>, cancelSignal: AbortSignal): Promise<TaskOutcome> {
  return actAs(inputs.access, TASK, cancelSignal, (access) => {
    const options = { ...inputs, access };
    if (!options.extract) return transfer(options, undefined, cancelSignal);
    return withWorkFolder((archiveFolder) => transfer(options, archiveFolder, cancelSignal));
  });
}

/** @param archiveFolder where archives go until they are extracted; undefined if none are. */
function transfer(
  options: DownloadOptions,
  archiveFolder: string | undefined,
  cancelSignal: AbortSignal,
): Promise<TaskOutcome> {
  const { source, target, access } = options;
  const s3Uri = `s3://${access.bucketName}/${source}`;
  const folderUri = source === "" || source.endsWith("/") ? s3Uri : `${s3Uri}/`;
  return runTransfer<DownloadPlan>(
    options,
    {
      name: TASK,
      folder: target,
      folderInput: "targetFolder",
      opening: (place) => `Downloading ${s3Uri} ${place} to ${target}`,
      makePlan: (tools) => planDownload(options, tools),
      ...(archiveFolder === undefined
        ? {}
        : {
            archives: {
              objectsOf: ({ archiveObjects }) => archiveObjects,
              read: (plan, tools) => planArchives(plan, options, tools, archiveFolder),
            },
          }),
      directionOf: ({ prefix }) => ({ done: "Downloaded", from: s3Uri, to: target, prefix }),
      nothingFound: {
        input: "sourceFolder",
        code: "no-files-found",
        message: `no object under ${folderUri} matches the patterns (globExpressions). Check sourceFolder, the patterns and bucketName, also upper and lower case.`,
      },
      apply: (plan, tools) => applyDownload(plan, options, tools),
      outputsOf: ({ filesNew, filesUpdated, filesUnchanged, filesDeleted, bytesTransferred }) => ({
        filesDownloaded: String(filesNew),
        filesUpdated: String(filesUpdated),
        filesUnchanged: String(filesUnchanged),
        filesDeleted: String(filesDeleted),
        bytesDownloaded: String(bytesTransferred),
        targetFolder: target,
      }),
    },
    cancelSignal,
  );
}
