import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { describeFailure, isStepFatal } from "../aws/advice.ts";
import { BlockPool } from "../files/block-pool.ts";
import type { Bucket } from "../s3/bucket.ts";
import { RequestSlots } from "../s3/request-slots.ts";
import { applyActions } from "./apply.ts";
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
  const stop = new AbortController();
  const signal = AbortSignal.any([cancelled, stop.signal]);
  // Each request under way listens to it.
  setMaxListeners(0, signal);
  const slots = new RequestSlots(MAX_REQUESTS);
  const context = { bucket, slots, pool: new BlockPool(), signal, onStored: observer.stored };
  const result = await applyActions(plan.actions, {
    parallelActions: MAX_REQUESTS,
    perform: ({ path, key, sizeBytes }) => sendFile(context, join(base, path), key, sizeBytes),
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
