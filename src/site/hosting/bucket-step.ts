import { describeFailure } from "../../aws/errors/error-hints.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { StepError } from "../../sync/step-error.ts";

/**
 * Makes one request about a bucket.
 *
 * @param what begins the error message, for example "Reading the policy of".
 * @param action the IAM action that the request takes, for example `s3:GetBucketPolicy`.
 * @throws {StepError} if the request fails; the signal's reason.
 */
export async function bucketStep<T>(
  what: string,
  bucket: Bucket,
  action: string,
  signal: AbortSignal,
  request: () => Promise<T>,
): Promise<T> {
  try {
    return await request();
  } catch (error) {
    signal.throwIfAborted();
    const why = describeFailure(error, bucket.name, undefined, action);
    throw new StepError(codeOf(error), `${what} the bucket "${bucket.name}" failed: ${why}`, { cause: error });
  }
}
