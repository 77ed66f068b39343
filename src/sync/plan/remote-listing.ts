import { describeFailure } from "../../aws/errors/error-hints.ts";
import { ServiceError } from "../../aws/errors/errors.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { listInOrder, listObjects, type RemoteObject, UnsortedListingError } from "../../s3/listing/list-objects.ts";
import { StepError } from "../step-error.ts";
import type { PlanContext } from "./plan-context.ts";

/**
 * Lists the objects under a prefix.
 *
 * @param order `byKey` if the caller relies on the order of the keys, and each key once. It is called by `planInOrder` then.
 * @param wayOut what to do if listing is not allowed, other than allowing it.
 * @throws {StepError} if the bucket cannot be listed; {UnsortedListingError}; the signal's reason.
 */
export async function* listPrefix(
  bucket: Bucket,
  prefix: string,
  order: "byKey" | "any",
  wayOut: string,
  signal: AbortSignal,
): AsyncGenerator<RemoteObject, void> {
  try {
    yield* order === "byKey" ? listInOrder(bucket, prefix, signal) : listObjects(bucket, prefix, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UnsortedListingError) throw error;
    const isDenied = error instanceof ServiceError && error.meaning === "AccessDenied";
    const advice = isDenied && wayOut ? ` ${wayOut}` : "";
    const why = describeFailure(error, bucket.name, undefined, "s3:ListBucket");
    throw new StepError(codeOf(error), `Listing s3://${bucket.name}/${prefix} failed: ${why}${advice}`, {
      cause: error,
    });
  }
}

/**
 * Makes a plan from a listing that is in the order of the keys. If the store lists them in another order, the plan is made again from a
 * sorted listing. A plan is complete before anything of it is done.
 *
 * @throws what `plan` throws.
 */
export async function planInOrder<P>(context: PlanContext, plan: (context: PlanContext) => Promise<P>): Promise<P> {
  const warned = new Set<string>();
  const warn: PlanContext["warn"] = (warning) => {
    if (!warned.has(warning.path)) context.warn(warning);
    warned.add(warning.path);
  };
  try {
    return await plan({ ...context, warn });
  } catch (error) {
    if (!(error instanceof UnsortedListingError)) throw error;
    return await plan({ ...context, warn });
  }
}

/**
 * A value of a listed object that stores other than Amazon S3 may omit.
 *
 * @param failure what cannot be done without it, and what to do, as sentences.
 * @throws {StepError} if it is missing.
 */
export function requireListed(object: RemoteObject, name: "sizeBytes" | "lastModifiedMs", failure: string): number {
  const value = object[name];
  if (value !== undefined) return value;
  const noun = name === "sizeBytes" ? "size" : "last-modified time";
  throw new StepError(
    "listing-invalid",
    `The store's listing does not contain the ${noun} of "${object.key}". ${failure}`,
  );
}

/** Whether a key stands for a folder, as the S3 console makes them, or for the prefix itself. */
export function isFolderMarker({ key, sizeBytes = 0 }: RemoteObject, prefix: string): boolean {
  return sizeBytes === 0 && (key.endsWith("/") || key === prefix);
}
