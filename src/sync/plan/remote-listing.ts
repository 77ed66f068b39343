import { describeFailure } from "../../aws/errors/error-hints.ts";
import { ServiceError } from "../../aws/errors/errors.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { listObjects, type RemoteObject } from "../../s3/listing/list-objects.ts";
import { StepError } from "../step-error.ts";

/**
 * Lists the objects under a prefix, in the order of their keys.
 *
 * @param wayOut what to do where listing is not allowed, other than allowing it.
 * @throws {StepError} where the bucket cannot be listed; the signal's reason.
 */
export async function* listPrefix(
  bucket: Bucket,
  prefix: string,
  wayOut: string,
  signal: AbortSignal,
): AsyncGenerator<RemoteObject, void> {
  try {
    yield* listObjects(bucket, prefix, signal);
  } catch (error) {
    signal.throwIfAborted();
    const isDenied = error instanceof ServiceError && error.awsCode === "AccessDenied";
    const advice = isDenied && wayOut ? ` ${wayOut}` : "";
    const why = describeFailure(error, bucket.name, undefined, "s3:ListBucket");
    throw new StepError(codeOf(error), `Listing s3://${bucket.name}/${prefix} failed: ${why}${advice}`, {
      cause: error,
    });
  }
}

/** Whether a key stands for a folder, as the S3 console makes them, or for the prefix itself. */
export function isFolderMarker({ key, sizeBytes }: RemoteObject, prefix: string): boolean {
  return sizeBytes === 0 && (key.endsWith("/") || key === prefix);
}
