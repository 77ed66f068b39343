import { describeFailure } from "../../aws/errors/error-hints.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { inParallel } from "../../s3/concurrency/in-parallel.ts";
import { listFolders } from "../../s3/listing/list-folders.ts";
import { type PublishedFolder, readPublishedFolder } from "../../sync/preview-folders.ts";
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

/** A folder of which it is not known whether it is a preview. */
export interface UnreadableFolder {
  /** For people, for example `s3://my-previews/pr-12/`. */
  readonly place: string;
  readonly error: StepError;
}

/** What the folders under a prefix are, as far as they have the names of previews. */
export interface FoundFolders {
  readonly previews: readonly Preview[];
  readonly unreadable: readonly UnreadableFolder[];
  /** The prefixes of sites that are no previews. */
  readonly sitePrefixes: readonly string[];
}

/**
 * Finds the previews under a prefix, and the sites beside them.
 *
 * @param rootPrefix empty, or with a `/` at its end.
 * @throws {StepError} if that cannot be listed, or no answer comes; the signal's reason.
 */
export async function findPreviews(bucket: Bucket, rootPrefix: string, signal: AbortSignal): Promise<FoundFolders> {
  const names = (await listPreviewFolders(bucket, rootPrefix, signal)).filter(isPreviewName);
  const found = await inParallel(names, PARALLEL_HEADS, signal, (name, _, each) =>
    readPreview(bucket, rootPrefix, name, each),
  );
  return {
    previews: found.filter((each) => typeof each === "object" && "pullRequest" in each),
    unreadable: found.filter((each) => typeof each === "object" && "error" in each),
    sitePrefixes: names.filter((_, index) => found[index] === "site").map((name) => `${rootPrefix}${name}/`),
  };
}

/**
 * Reads the manifest's headers of one preview.
 *
 * @returns undefined if there is no preview of this name.
 * @throws {StepError} if S3 refuses, or no answer comes; the signal's reason.
 */
export async function findPreview(
  bucket: Bucket,
  rootPrefix: string,
  name: string,
  signal: AbortSignal,
): Promise<Preview | undefined> {
  const found = await readPreview(bucket, rootPrefix, name, signal);
  if (found === "site") return undefined;
  if (found && "error" in found) throw found.error;
  return found;
}

async function readPreview(
  bucket: Bucket,
  rootPrefix: string,
  name: string,
  signal: AbortSignal,
): Promise<Preview | UnreadableFolder | "site" | undefined> {
  const prefix = `${rootPrefix}${name}/`;
  const folder = await readFolder(bucket, prefix, signal);
  if (folder.kind === "unreadable")
    return { place: `s3://${bucket.name}/${prefix}`, error: notRead(bucket, prefix, folder.error) };
  if (folder.kind === "site") return "site";
  if (folder.kind === "nothing") return undefined;
  const { headers, lastModifiedMs } = folder.manifest;
  const read = readPreviewHeaders(headers);
  return read && { name, prefix, ...read, publishedMs: lastModifiedMs };
}

/** @throws {StepError} if no answer comes; the signal's reason. */
export async function readFolder(bucket: Bucket, prefix: string, signal: AbortSignal): Promise<PublishedFolder> {
  try {
    return await readPublishedFolder(bucket, prefix, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw notRead(bucket, prefix, error);
  }
}

function notRead(bucket: Bucket, prefix: string, error: unknown): StepError {
  const key = prefix + MANIFEST_NAME;
  const why = describeFailure(error, bucket.name, key, "s3:GetObject");
  return new StepError(codeOf(error), `Reading the manifest s3://${bucket.name}/${key} failed: ${why}`, {
    cause: error,
  });
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
