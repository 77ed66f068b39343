import { maxArchiveBytes } from "../../archive/write-archive.ts";
import type { FileDigester } from "../../files/digest/file-digest.ts";
import { scanBase } from "../../files/scan.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { headObject } from "../../s3/head-object.ts";
import { abortUpload } from "../../s3/multipart/multipart-requests.ts";
import { uploadStream } from "../../s3/stream/upload-stream.ts";
import { ensureTags } from "../../s3/update-object.ts";
import { applyActions } from "../apply.ts";
import type { Action } from "../plan/plan.ts";
import { makeReport, type TransferObserver, type TransferReport } from "../report.ts";
import { objectWrite } from "../upload/object-write.ts";
import { asRefusedSetting } from "../upload/refused-settings.ts";
import { UnfinishedUploads, type UploadJournal } from "../upload/resume.ts";
import { updateHeaders } from "../upload/update-headers.ts";
import { streamArchive } from "./archive-content.ts";
import { partSizeForArchive } from "./archive-parts.ts";
import type { ArchivePlan, ArchivePutAction, WrittenArchive } from "./archive-plan.ts";
import { type ArchiveUploadOptions, archiveHeaders } from "./plan-archive.ts";

export interface ArchiveTools {
  readonly bucket: Bucket;
  /** Closed when it is no longer needed, because its threads take memory. */
  readonly digester: Pick<FileDigester, "close">;
  /** Records the uploads that are begun, so that this job can remove what a killed run left. */
  readonly journal: UploadJournal;
  readonly observer: TransferObserver;
  readonly signal: AbortSignal;
}

/** The archive that a step has stored. */
export interface SentArchive extends WrittenArchive {
  readonly versionId: string | undefined;
}

/** The result of the plan for an archive. */
export interface ArchiveResult {
  readonly report: TransferReport;
  /** Undefined if no archive was stored. */
  readonly sent: SentArchive | undefined;
  /** The version of the object now; undefined in a bucket without versions, or if it is not known. */
  readonly versionId: string | undefined;
}

/**
 * Performs the plan for an archive. If a file changes meanwhile, or anything else fails, nothing is stored.
 *
 * @returns what was done, also if the step is cancelled.
 */
export async function applyArchive(
  plan: ArchivePlan,
  options: ArchiveUploadOptions,
  tools: ArchiveTools,
): Promise<ArchiveResult> {
  const { bucket, observer, signal } = tools;
  const { prefix } = options;
  let sent: SentArchive | undefined;
  let versionId = plan.existing?.versionId;
  await tools.digester.close();
  const result = await applyActions(
    plan.actions.filter(({ kind }) => kind !== "skip"),
    {
      parallelActions: () => 1,
      async perform(action: Action) {
        if (action.kind === "update") {
          await updateHeaders(action, options, tools);
          // New headers make a new version.
          if (versionId !== undefined) versionId = await versionOf(prefix + action.relativeKey, options, tools);
        }
        if (action.kind !== "put") return 0;
        sent = await sendArchive(plan, options, tools);
        versionId = sent.versionId;
        (action as ArchivePutAction).sizeBytes = sent.sizeBytes;
        return sent.sizeBytes;
      },
      onDone: (action) => observer.actionDone(action),
      signal,
    },
  );
  const report = makeReport({
    ...result,
    isCancelled: signal.aborted,
    bucket: bucket.name,
    target: `s3://${bucket.name}/${prefix}`,
    planned: plan.actions,
    bytesTransferred: result.bytesDone,
    keyOf: ({ relativeKey }) => prefix + relativeKey,
  });
  return { report, sent, versionId };
}

/** @returns undefined if it cannot be read. */
async function versionOf(
  key: string,
  { encryption }: ArchiveUploadOptions,
  { bucket, signal }: ArchiveTools,
): Promise<string | undefined> {
  try {
    const { headers } = await headObject(bucket, key, { customerKey: encryption, signal });
    return headers["x-amz-version-id"];
  } catch {
    // The headers are changed all the same.
    signal.throwIfAborted();
    return undefined;
  }
}

/** @throws {UnsupportedInputError} if the store does not have what an input asks for; what `uploadStream` throws. */
async function sendArchive(
  { entries, contentSha256 }: ArchivePlan,
  options: ArchiveUploadOptions,
  { bucket, journal, observer, signal }: ArchiveTools,
): Promise<SentArchive> {
  const { source, archive, prefix, settings, encryption } = options;
  const key = prefix + archive.name;
  const leftovers = new UnfinishedUploads({
    bucket,
    prefix: key,
    journal,
    callerArn: options.access.callerArn,
    signal,
  });
  for (const { uploadId } of await leftovers.leftOf(key)) await abortUpload({ bucket, key, uploadId });
  const onRead = (sizeBytes: number) => observer.moved(sizeBytes);
  const { bytes, written } = await streamArchive(scanBase(source), entries, archive, { onRead, signal });
  const write = objectWrite(options)(archiveHeaders(options, contentSha256));
  const { versionId } = await uploadStream(bytes, {
    bucket,
    key,
    write,
    partSizeBytes: partSizeForArchive(maxArchiveBytes(entries), options.partSizeBytes),
    signal,
    onBegun: (uploadId) => journal.add(uploadId),
  }).catch((error: unknown) => {
    throw bucket.isAmazon ? error : asRefusedSetting(error, write);
  });
  if (settings.tags?.size) await ensureTags(bucket, key, settings.tags, encryption, signal);
  return { ...written(), versionId };
}
