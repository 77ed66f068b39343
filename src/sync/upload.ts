import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { describeFailure, isStepFatal } from "../aws/advice.ts";
import type { PathPatterns } from "../files/patterns.ts";
import { scan, scanBase } from "../files/scan.ts";
import type { Bucket } from "../s3/bucket.ts";
import { RequestSlots } from "../s3/request-slots.ts";
import { applyActions } from "./apply.ts";
import { type Plan, planUpload } from "./plan.ts";
import { sendFile } from "./send-file.ts";

/** A folder (or a single file) and where it is to go. */
export interface UploadRequest {
  /** Absolute path. */
  readonly source: string;
  readonly patterns: PathPatterns;
  readonly bucket: Bucket;
  /** The key prefix, empty or with a `/` at its end. */
  readonly prefix: string;
}

/** What an upload tells while it runs; the pipeline's log and progress bar in a task, nothing in a test. */
export interface UploadObserver {
  warning(message: string): void;
  planned(files: number, totalBytes: number): void;
  /** Bytes of a file, or of a part of one, have been stored. */
  stored(sizeBytes: number): void;
  fileDone(path: string, key: string, sizeBytes: number): void;
}

export interface UploadReport {
  readonly filesUploaded: number;
  readonly bytesUploaded: number;
  /** One message for each thing that went wrong, as it is shown to the user. Empty means that all is uploaded. */
  readonly errors: readonly string[];
}

/** Requests under way at once, as many connections as that: below it latency is not hidden, above it little is gained. */
export const MAX_REQUESTS = 64;

/**
 * Uploads the files of a folder that the patterns match: scan, plan, apply.
 *
 * @throws the signal's reason where the step is cancelled; {ScanError} where a folder cannot be read.
 */
export async function uploadFolder(
  request: UploadRequest,
  observer: UploadObserver,
  cancelled: AbortSignal,
): Promise<UploadReport> {
  const plan = planUpload(
    scan(request.source, request.patterns, ({ path, reason }) => observer.warning(`${path} is left out: ${reason}.`)),
    request.prefix,
  );
  if (plan.problems.length > 0) {
    const errors = plan.problems.map(({ path, reason }) => `sourceFolder: ${path} cannot be uploaded: ${reason}.`);
    return { filesUploaded: 0, bytesUploaded: 0, errors };
  }
  observer.planned(plan.actions.length, plan.totalBytes);
  return applyPlan(plan, request, observer, cancelled);
}

async function applyPlan(
  plan: Plan,
  { bucket, source }: UploadRequest,
  observer: UploadObserver,
  cancelled: AbortSignal,
): Promise<UploadReport> {
  const stop = new AbortController();
  const signal = AbortSignal.any([cancelled, stop.signal]);
  // Each request under way listens to it.
  setMaxListeners(0, signal);
  const slots = new RequestSlots(MAX_REQUESTS);
  const base = scanBase(source);
  const result = await applyActions(plan.actions, {
    parallelActions: MAX_REQUESTS,
    perform: ({ path, key, sizeBytes }) =>
      sendFile({ bucket, slots, signal, onStored: observer.stored }, join(base, path), key, sizeBytes),
    isFatal: isStepFatal,
    onDone: ({ path, key, sizeBytes }) => observer.fileDone(path, key, sizeBytes),
    abort: (reason) => stop.abort(reason),
    signal,
  });
  cancelled.throwIfAborted();

  const errors = result.failures.map(
    ({ action, error }) => `${action.path} was not uploaded: ${describeFailure(error, bucket.name, action.key)}`,
  );
  if (result.fatal) {
    const left = plan.actions.length - result.filesDone;
    const consequence = `The step stops here: ${left} of ${plan.actions.length} files are not uploaded.`;
    errors.unshift(
      `Upload to s3://${bucket.name} failed: ${describeFailure(result.fatal, bucket.name)} ${consequence}`,
    );
  }
  return { filesUploaded: result.filesDone, bytesUploaded: result.bytesDone, errors };
}
