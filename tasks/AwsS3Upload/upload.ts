import { formatBytes, formatCount, formatSeconds } from "../../src/agent/format.ts";
import { InputError } from "../../src/agent/inputs.ts";
import { log } from "../../src/agent/log.ts";
import type { TransferProgress } from "../../src/agent/progress.ts";
import type { TaskOutcome } from "../../src/agent/run-task.ts";
import { createTransport } from "../../src/aws/transport.ts";
import { userAgent } from "../../src/aws/user-agent.ts";
import { openBucket } from "../../src/s3/bucket.ts";
import { MAX_REQUESTS, type UploadObserver, type UploadReport, uploadFolder } from "../../src/sync/upload.ts";
import type { UploadOptions } from "./inputs.ts";

/** A connection on which nothing moves for a minute is dead, or as good as that. */
const IDLE_TIMEOUT_MS = 60_000;
/** Up to so many files are named in the log one by one; of more, only the progress is told. */
const MAX_NAMED_FILES = 100;

/**
 * The task from its options on: uploads, and tells the log what it does.
 *
 * @throws {InputError} where no file matches; what `uploadFolder` throws.
 */
export async function upload(
  options: UploadOptions,
  progress: TransferProgress,
  cancelled: AbortSignal,
): Promise<TaskOutcome> {
  const s3Uri = `s3://${options.bucketName}/${options.prefix}`;
  const place = options.store.endpoint ? ` at ${options.store.endpoint.host}` : ` in ${options.store.region}`;
  log.info(`Uploading ${options.source} to ${s3Uri}${place}`);

  const transport = createTransport({ maxConnections: MAX_REQUESTS, idleTimeoutMs: IDLE_TIMEOUT_MS });
  const { store, credentials } = options;
  const bucket = openBucket({
    name: options.bucketName,
    store,
    credentials,
    transport,
    userAgent: userAgent("AwsS3Upload"),
  });
  try {
    const request = { source: options.source, patterns: options.patterns, bucket, prefix: options.prefix };
    const report = await uploadFolder(request, observe(progress), cancelled);
    const outputs = {
      filesUploaded: String(report.filesUploaded),
      bytesUploaded: String(report.bytesUploaded),
      s3Uri,
    };
    tellEnd(report, s3Uri, progress.elapsedSeconds());
    return { outputs, errors: report.errors };
  } finally {
    progress.stop();
    transport.close();
  }
}

function observe(progress: TransferProgress): UploadObserver {
  let namesFiles = false;
  return {
    warning: log.warning,
    planned(files, totalBytes) {
      if (files === 0) {
        const message =
          "no file matches. Check the patterns and sourceFolder; an earlier step may not have made what you expect.";
        throw new InputError([{ input: "globExpressions", message }]);
      }
      log.info(`Found ${formatCount(files)} ${files === 1 ? "file" : "files"}, ${formatBytes(totalBytes)}`);
      namesFiles = files <= MAX_NAMED_FILES;
      progress.start(files, totalBytes);
    },
    stored: (sizeBytes) => progress.addBytes(sizeBytes),
    fileDone(path, key, sizeBytes) {
      progress.addFile();
      if (namesFiles) log.info(`  ${path} → ${key} (${formatBytes(sizeBytes)})`);
    },
  };
}

function tellEnd(report: UploadReport, s3Uri: string, seconds: number): void {
  const files = `${formatCount(report.filesUploaded)} ${report.filesUploaded === 1 ? "file" : "files"}`;
  const rate = formatBytes(report.bytesUploaded / seconds);
  log.info(
    `Uploaded ${files}, ${formatBytes(report.bytesUploaded)}, to ${s3Uri} in ${formatSeconds(seconds)} (${rate}/s)`,
  );
}
