import { describeFailure } from "../../aws/errors/error-hints.ts";
import { ServiceError } from "../../aws/errors/errors.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { inParallel } from "../../s3/concurrency/in-parallel.ts";
import { copyObject, WrongCopyError } from "../../s3/copying/copy-object.ts";
import { deleteObjects } from "../../s3/delete-objects.ts";
import { encryptionHeaders, mayNeedCustomerKey } from "../../s3/encryption.ts";
import { isNotFound } from "../../s3/head-object.ts";
import { StepError } from "../../sync/step-error.ts";
import type { SiteOptions } from "../options.ts";
import type { Keeping } from "./plan-keeping.ts";

/** Copies within the store that are under way at once, if the inputs give no number. */
export const PARALLEL_COPIES = 64;
const STORAGE_CLASS = "x-amz-storage-class";

/**
 * Copies objects that releases need, before a publish replaces them, within the store.
 *
 * @throws {StepError} if an object cannot be copied; the signal's reason.
 */
export async function keepObjects(
  keepings: readonly Keeping[],
  bucket: Bucket,
  { encryption, concurrency }: Pick<SiteOptions, "encryption" | "concurrency">,
  signal: AbortSignal,
): Promise<void> {
  await inParallel(keepings, concurrency ?? PARALLEL_COPIES, signal, async ({ sources, key, entry }, _, either) => {
    const storageClass = entry.headers[STORAGE_CLASS];
    const headers = {
      ...encryptionHeaders(encryption),
      ...(storageClass === undefined ? {} : { [STORAGE_CLASS]: storageClass }),
    };
    let isWrong = false;
    for (const source of sources) {
      try {
        await copyObject(bucket, source, key, { headers, metadata: "kept", signal: either });
        return;
      } catch (error) {
        either.throwIfAborted();
        // It was replaced or deleted since it was listed, so it no longer belongs to the release.
        if (!isReplaced(error)) throw describeCopyFailure(error, bucket, source.key);
        if (error instanceof WrongCopyError) isWrong = true;
      }
    }
    // Without a wrong copy, what is there was kept by a publish or rollback at the same time, for the same release.
    if (isWrong) await removeCopy(bucket, key, either);
  });
}

/** A copy of another object must not stay, because its name describes its content. */
async function removeCopy(bucket: Bucket, key: string, signal: AbortSignal): Promise<void> {
  const [failure] = await deleteObjects(bucket, [key], { signal }).catch((error: unknown) => [{ key, error }]);
  signal.throwIfAborted();
  if (!failure) return;
  const why = describeFailure(failure.error, bucket.name, key, "s3:DeleteObject");
  throw new StepError(codeOf(failure.error), `Deleting s3://${bucket.name}/${key} failed: ${why}`);
}

function describeCopyFailure(error: unknown, bucket: Bucket, key: string): StepError {
  const why = mayNeedCustomerKey(error)
    ? `${error.message}. ${CUSTOMER_KEY}`
    : describeFailure(error, bucket.name, key, "s3:GetObject and s3:PutObject");
  return new StepError(codeOf(error), `Copying s3://${bucket.name}/${key} for a later rollback failed: ${why}`, {
    cause: error,
  });
}

function isReplaced(error: unknown): boolean {
  return isNotFound(error) || (error instanceof ServiceError && error.awsCode === "PreconditionFailed");
}

const CUSTOMER_KEY =
  "Another tool may have stored it with a customer-provided key (SSE-C), and such objects cannot be kept for a release. Store it without that key, or set keepReleases to 0.";
