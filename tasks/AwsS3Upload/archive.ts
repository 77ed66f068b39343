import type { TaskOutcome } from "../../src/agent/run-task.ts";
import type { ArchivePlan } from "../../src/sync/archive/archive-plan.ts";
import { type ArchiveUploadOptions, planArchive } from "../../src/sync/archive/plan-archive.ts";
import { type ArchiveResult, applyArchive, type SentArchive } from "../../src/sync/archive/send-archive.ts";
import type { Counts } from "../../src/sync/plan/plan.ts";
import { runTransfer } from "../../src/task/run/transfer.ts";
import { NOTHING_FOUND, prepareBucket, TASK, uploadJournal } from "./prepare.ts";

/**
 * The task if all files become one object.
 *
 * @throws as `runTransfer` does.
 */
export function transferArchive(options: ArchiveUploadOptions, cancelSignal: AbortSignal): Promise<TaskOutcome> {
  const { source, prefix, access, createBucket, archive } = options;
  const folderUri = `s3://${access.bucketName}/${prefix}`;
  const s3Uri = `${folderUri}${archive.name}`;
  let planned: ArchivePlan | undefined;
  let result: ArchiveResult | undefined;
  return runTransfer(
    options,
    {
      name: TASK,
      folder: source,
      folderInput: "sourceFolder",
      opening: (place) => `Uploading ${source} as the archive ${s3Uri} ${place}`,
      async makePlan(tools) {
        planned = await planArchive(options, tools, createBucket && (await prepareBucket(options, tools)));
        return planned;
      },
      directionOf: () => ({ done: "Uploaded", from: source, to: folderUri, prefix }),
      nothingFound: NOTHING_FOUND,
      async apply(plan, tools) {
        result = await applyArchive(plan, options, { ...tools, journal: uploadJournal() });
        return result.report;
      },
      outputsOf: (counts) => ({
        ...outputsOf(counts, s3Uri, planned, result?.sent),
        versionId: (result ?? planned?.existing)?.versionId ?? "",
      }),
      planFileExtras: (plan) => ({ archive: describeArchive(options, plan, result?.sent) }),
    },
    cancelSignal,
  );
}

function outputsOf(
  { filesNew, filesUpdated, filesUnchanged, bytesTransferred }: Counts,
  s3Uri: string,
  plan: ArchivePlan | undefined,
  sent: SentArchive | undefined,
): Readonly<Record<string, string>> {
  return {
    filesUploaded: String(filesNew),
    filesUpdated: String(filesUpdated),
    filesUnchanged: String(filesUnchanged),
    filesDeleted: "0",
    bytesUploaded: String(bytesTransferred),
    s3Uri: plan?.archive ? s3Uri : "",
    archiveSha256: sha256Of(plan, sent),
  };
}

/** Of the object's bytes, in hex; empty if they cannot be those that this step would write, or no step wrote them. */
function sha256Of(plan: ArchivePlan | undefined, sent: SentArchive | undefined): string {
  if (sent) return sent.sha256;
  if (!plan?.written) return "";
  const isTheObjects = plan.existing === undefined || plan.existing.sizeBytes === plan.written.sizeBytes;
  return isTheObjects ? plan.written.sha256 : "";
}

function describeArchive({ archive }: ArchiveUploadOptions, plan: ArchivePlan, sent: SentArchive | undefined): object {
  const { name, format, compressionLevel } = archive;
  return {
    name,
    format,
    compressionLevel,
    files: plan.filesFound,
    sourceBytes: plan.archive?.sourceBytes ?? 0,
    contentSha256: plan.contentSha256,
    sha256: sha256Of(plan, sent),
  };
}
