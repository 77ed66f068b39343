import { join } from "node:path";
import { describeFailure, isStepFatal } from "../aws/advice.ts";
import { ConnectionError, ServiceError } from "../aws/errors.ts";
import { BlockPool } from "../files/block-pool.ts";
import type { Bucket } from "../s3/bucket.ts";
import { RequestSlots } from "../s3/request-slots.ts";
import { type ApplyResult, applyActions } from "./apply.ts";
import type { Plan } from "./plan.ts";
import { sendFile } from "./send-file.ts";

/** Between which places an upload moves bytes. */
export interface UploadEnds {
  /** Absolute path of the folder to which the plan's paths are relative. */
  readonly base: string;
  readonly bucket: Bucket;
}

/** What an upload tells while it runs; the pipeline's log and progress bar in a task. */
export interface UploadObserver {
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
 * Performs the plan's actions. A file that fails does not stop the others, unless they would all fail alike.
 *
 * @throws the signal's reason where the step is cancelled.
 */
export async function applyUpload(
  plan: Plan,
  { base, bucket }: UploadEnds,
  observer: UploadObserver,
  cancelled: AbortSignal,
): Promise<UploadReport> {
  const slots = new RequestSlots(MAX_REQUESTS);
  const context = { bucket, slots, pool: new BlockPool(), signal: cancelled, onStored: observer.stored };
  const result = await applyActions(plan.actions, {
    parallelActions: MAX_REQUESTS,
    perform: ({ path, key, sizeBytes }) => sendFile(context, join(base, path), key, sizeBytes),
    isFatal: isStepFatal,
    onDone: ({ path, key }, storedBytes) => observer.fileDone(path, key, storedBytes),
    signal: cancelled,
  });
  cancelled.throwIfAborted();

  const errors = describeFailures(result, plan, bucket.name);
  return { filesUploaded: result.filesDone, bytesUploaded: result.bytesDone, errors };
}

/** One error for each failed file; a single one for the step where none was stored and all failed alike. */
function describeFailures({ failures, filesDone, stoppedEarly }: ApplyResult, plan: Plan, bucket: string): string[] {
  const [first] = failures;
  if (!first) return [];
  const left = plan.actions.length - filesDone;
  const consequence = `${left} of ${plan.actions.length} files are not uploaded.`;
  const cause = causeOf(first.error);
  if (filesDone === 0 && cause && failures.every(({ error }) => causeOf(error) === cause)) {
    const key = plan.actions.length === 1 ? first.action.key : undefined;
    return [`Upload to s3://${bucket} failed: ${describeFailure(first.error, bucket, key)} ${consequence}`];
  }
  const errors = failures.map(
    ({ action, error }) => `${action.path} was not uploaded: ${describeFailure(error, bucket, action.key)}`,
  );
  return stoppedEarly
    ? [`The step stopped, since the rest would have failed alike: ${consequence}`, ...errors]
    : errors;
}

/** What makes two failures alike: the code of the server's refusal, or of the connection's. */
function causeOf(error: unknown): string | undefined {
  return error instanceof ServiceError || error instanceof ConnectionError ? error.code : undefined;
}
