import { formatBytes, formatCount, formatSeconds } from "../../src/agent/format.ts";
import { InputError } from "../../src/agent/inputs.ts";
import { log } from "../../src/agent/log.ts";
import { TransferProgress } from "../../src/agent/progress.ts";
import type { TaskOutcome } from "../../src/agent/run-task.ts";
import { createTransport } from "../../src/aws/transport.ts";
import { userAgent } from "../../src/aws/user-agent.ts";
import { ScanError, scan, scanBase } from "../../src/files/scan.ts";
import { openBucket } from "../../src/s3/bucket.ts";
import { type Plan, planUpload } from "../../src/sync/plan.ts";
import { applyUpload, MAX_REQUESTS, type UploadReport } from "../../src/sync/upload.ts";
import type { UploadOptions } from "./inputs.ts";

/** A connection on which nothing moves for so long is dead; a store may take a minute to join the parts of a large object. */
const IDLE_TIMEOUT_MS = 120_000;
/** Up to so many files are named in the log one by one; of more, only the progress is told. */
const MAX_NAMED_FILES = 100;

/**
 * The task from its options on: scan, plan, apply, and tell.
 *
 * @throws {InputError} where no file matches, or one cannot be sent; the signal's reason where the step is cancelled.
 */
export async function upload(options: UploadOptions, cancelled: AbortSignal): Promise<TaskOutcome> {
  const s3Uri = `s3://${options.bucketName}/${options.prefix}`;
  const place = options.store.endpoint ? `at ${options.store.endpoint.host}` : `in ${options.store.region}`;
  log.info(`Uploading ${options.source} to ${s3Uri} ${place}`);
  const plan = makePlan(options);
  log.info(`Found ${countFiles(plan.actions.length)}, ${formatBytes(plan.totalBytes)}`);

  const progress = new TransferProgress(plan.actions.length, plan.totalBytes);
  const report = await apply(plan, options, progress, cancelled);
  if (report.filesUploaded > 0) log.info(describeEnd(report, s3Uri, progress.elapsedSeconds()));
  return {
    outputs: { filesUploaded: String(report.filesUploaded), bytesUploaded: String(report.bytesUploaded), s3Uri },
    errors: report.errors,
  };
}

function makePlan({ source, patterns, prefix }: UploadOptions): Plan {
  const files = scan(source, patterns, ({ path, reason }) => log.warning(`${path} is left out: ${reason}.`));
  let plan: Plan;
  try {
    plan = planUpload(files, prefix);
  } catch (error) {
    throw error instanceof ScanError ? new InputError([{ input: "sourceFolder", message: error.message }]) : error;
  }
  if (plan.problems.length > 0) {
    throw new InputError(
      plan.problems.map(({ path, reason }) => ({
        input: "sourceFolder",
        message: `${path} cannot be uploaded: ${reason}.`,
      })),
    );
  }
  if (plan.actions.length === 0) {
    const advice = "Check the patterns and sourceFolder; an earlier step may not have made what you expect.";
    throw new InputError([{ input: "globExpressions", message: `no file matches. ${advice}` }]);
  }
  return plan;
}

async function apply(
  plan: Plan,
  { source, bucketName, store, credentials }: UploadOptions,
  progress: TransferProgress,
  cancelled: AbortSignal,
): Promise<UploadReport> {
  const transport = createTransport({ maxConnections: MAX_REQUESTS, idleTimeoutMs: IDLE_TIMEOUT_MS });
  const bucket = openBucket({ name: bucketName, store, credentials, transport, userAgent: userAgent("AwsS3Upload") });
  const namesFiles = plan.actions.length <= MAX_NAMED_FILES;
  const observer = {
    stored: (sizeBytes: number) => progress.addBytes(sizeBytes),
    fileDone(path: string, key: string, sizeBytes: number) {
      progress.addFile();
      if (namesFiles) log.info(`  ${path} → ${key} (${formatBytes(sizeBytes)})`);
    },
  };
  try {
    return await applyUpload(plan, { base: scanBase(source), bucket }, observer, cancelled);
  } finally {
    progress.stop();
    transport.close();
  }
}

function describeEnd({ filesUploaded, bytesUploaded }: UploadReport, s3Uri: string, seconds: number): string {
  const rate = `${formatBytes(bytesUploaded / seconds)}/s`;
  const amount = `${countFiles(filesUploaded)}, ${formatBytes(bytesUploaded)},`;
  return `Uploaded ${amount} to ${s3Uri} in ${formatSeconds(seconds)} (${rate})`;
}

function countFiles(files: number): string {
  return files === 1 ? "1 file" : `${formatCount(files)} files`;
}
