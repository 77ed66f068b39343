import { describeFailure } from "../../aws/errors/error-hints.ts";
import { ServiceError } from "../../aws/errors/errors.ts";
import { codeOf } from "../../errors/coded-error.ts";
import { headObject } from "../../s3/head-object.ts";
import type { RemoteObject } from "../../s3/listing/list-objects.ts";
import type { DownloadOptions } from "../options.ts";
import { StepError } from "../step-error.ts";
import type { PlanContext } from "./plan-context.ts";
import { listPrefix } from "./remote-listing.ts";

/** What a download reads. */
export interface DownloadSource {
  /** Of all keys. */
  readonly prefix: string;
  readonly objects: AsyncIterable<RemoteObject>;
  /** Whether the source is the key of one object. */
  readonly isSingle: boolean;
}

/**
 * Decides what `sourceFolder` means: a prefix, which gets a `/` at its end, or the key of one object.
 *
 * @throws {StepError} if it is both, or if this cannot be decided; the signal's reason.
 */
export async function findSource(options: DownloadOptions, context: PlanContext): Promise<DownloadSource> {
  const { source, access, deleteExtra } = options;
  const prefix = source === "" || source.endsWith("/") ? source : `${source}/`;
  const objects = listPrefix(context.bucket, prefix, "byKey", "", context.signal);
  if (prefix === source) return { prefix, objects, isSingle: false };

  const first = await objects.next();
  const single = await findObject(options, context);
  if (!single) return { prefix, objects: startingWith(first, objects), isSingle: false };
  const place = `s3://${access.bucketName}/${source}`;
  // The leading / of the input is not part of the key.
  const entered = source.startsWith("/") ? `/${source}` : source;
  if (!first.done) {
    throw new StepError(
      "source-ambiguous",
      `sourceFolder: ${place} is an object, and also a folder with others: ${place}/ (${first.value.key}). For the folder, enter ${entered}/. For the object, enter the folder above it, and a pattern.`,
    );
  }
  if (deleteExtra) {
    const why = `it cannot be used if sourceFolder is a single object, ${place}: everything else would be deleted`;
    throw new StepError("inputs-in-conflict", `deleteExtra: ${why}. Set deleteExtra to false, or enter a folder.`);
  }
  return { prefix: source.slice(0, source.lastIndexOf("/") + 1), objects: only(single), isSingle: true };
}

/** The object that `sourceFolder` is the key of, if there is one. */
async function findObject(
  { source, access, encryption }: DownloadOptions,
  { bucket, signal }: PlanContext,
): Promise<RemoteObject | undefined> {
  try {
    const { sizeBytes, etag, lastModifiedMs, headers } = await headObject(bucket, source, {
      customerKey: encryption,
      signal,
    });
    const storageClass = headers["x-amz-storage-class"] ?? "STANDARD";
    return { key: source, sizeBytes, etag, lastModifiedMs, storageClass };
  } catch (error) {
    signal.throwIfAborted();
    // Without the right to list the bucket, S3 answers 403 for a missing object.
    if (error instanceof ServiceError && [403, 404].includes(error.details.status)) return undefined;
    const why = describeFailure(error, bucket.name, source, "s3:GetObject");
    throw new StepError(codeOf(error), `sourceFolder: looking at s3://${access.bucketName}/${source} failed: ${why}`, {
      cause: error,
    });
  }
}

async function* startingWith<T>(first: IteratorResult<T, void>, rest: AsyncIterable<T>): AsyncGenerator<T, void> {
  if (!first.done) yield first.value;
  yield* rest;
}

async function* only<T>(item: T): AsyncGenerator<T, void> {
  yield item;
}
