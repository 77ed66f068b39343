import { describeFailure } from "../../aws/errors/error-hints.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { inParallel } from "../../s3/concurrency/in-parallel.ts";
import { headObject, isNotFound } from "../../s3/head-object.ts";
import { listFolders } from "../../s3/listing/list-folders.ts";
import { StepError } from "../../sync/step-error.ts";
import { MANIFEST_NAME } from "../manifest/manifest.ts";
import { isPreviewName } from "./preview-name.ts";
import { type PullRequest, readPreviewHeaders } from "./pull-request.ts";

const PARALLEL_HEADS = 16;

/** A preview, as in the headers of its manifest. */
export interface Preview {
  readonly name: string;
  /** Of its keys, with a `/` at its end. */
  readonly prefix: string;
  readonly pullRequest: PullRequest;
  /** Whether an earlier run has begun to remove it. */
  readonly isLeaving: boolean;
  /** When it was published last: milliseconds since 1970. */
  readonly publishedMs: number;
}

/**
 * Finds the previews under a prefix. Other sites and folders are ignored.
 *
 * @param rootPrefix empty, or with a `/` at its end.
 * @throws {StepError} if that cannot be listed, or a manifest cannot be read; the signal's reason.
 */
export async function findPreviews(bucket: Bucket, rootPrefix: string, signal: AbortSignal): Promise<Preview[]> {
  const names = (await listPreviewFolders(bucket, rootPrefix, signal)).filter(isPreviewName);
  const found = await inParallel(names, PARALLEL_HEADS, signal, (name, _, each) =>
    findPreview(bucket, rootPrefix, name, each),
  );
  return found.filter((preview) => preview !== undefined);
}

/**
 * Reads the manifest's headers of one preview.
 *
 * @returns undefined if there is no preview of this name.
 * @throws {StepError} if S3 refuses; the signal's reason.
 */
export async function findPreview(
  bucket: Bucket,
  rootPrefix: string,
  name: string,
  signal: AbortSignal,
): Promise<Preview | undefined> {
  const prefix = `${rootPrefix}${name}/`;
  const key = prefix + MANIFEST_NAME;
  try {
    const { headers, lastModifiedMs } = await headObject(bucket, key, { signal });
    const read = readPreviewHeaders(headers);
    return read && { name, prefix, ...read, publishedMs: lastModifiedMs };
  } catch (error) {
    signal.throwIfAborted();
    if (isNotFound(error)) return undefined;
    const why = describeFailure(error, bucket.name, key, "s3:GetObject");
    throw new StepError(codeOf(error), `Reading the manifest s3://${bucket.name}/${key} failed: ${why}`, {
      cause: error,
    });
  }
}

async function listPreviewFolders(bucket: Bucket, rootPrefix: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return (await listFolders(bucket, rootPrefix, signal)).folders;
  } catch (error) {
    signal.throwIfAborted();
    const why = describeFailure(error, bucket.name, undefined, "s3:ListBucket");
    throw new StepError(codeOf(error), `Listing the previews in s3://${bucket.name}/${rootPrefix} failed: ${why}`, {
      cause: error,
    });
  }
}
