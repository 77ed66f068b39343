import { describeFailure, isStepFatal } from "../../aws/errors/error-hints.ts";
import { ServiceError, UnsupportedInputError } from "../../aws/errors/errors.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { Bucket } from "../../s3/bucket.ts";
import { readableValue } from "../../s3/encoded-words.ts";
import type { Encryption } from "../../s3/encryption.ts";
import type { ObjectHead } from "../../s3/head-object.ts";
import type { RemoteObject } from "../../s3/listing/list-objects.ts";
import { areSameTags, getObjectTags } from "../../s3/object-tags.ts";
import type { ObjectSettings } from "../options.ts";
import { StepError } from "../step-error.ts";
import { headOrRefusal } from "./compare.ts";

/** The changes for an object whose bytes are already right. */
export interface HeaderChange {
  /** What differs, for example `cache-control, tags differ`. */
  readonly reason: string;
  /** The head of the object. Absent if it cannot be read; then the object must be sent again. */
  readonly etag: string | undefined;
  readonly isTagsOnly: boolean;
  /** The new storage class of the object, if nothing else differs. */
  readonly storageClass?: string | undefined;
}

export interface HeaderChangeContext {
  readonly bucket: Bucket;
  readonly settings: ObjectSettings;
  readonly encryption: Encryption | undefined;
  readonly signal: AbortSignal;
}

const STORAGE_CLASS = "x-amz-storage-class";

/**
 * Finds what differs between an object and what the step's inputs name for it: headers, metadata, storage class, tags. Settings that they
 * do not name are not changed, and neither is a guessed content type. The listing contains the storage class, which only Amazon S3 is sure
 * to keep. Everything else needs a HEAD, and tags a GetObjectTagging.
 *
 * @param known the object's head, if it was already requested.
 * @returns undefined if nothing differs.
 * @throws {StepError} if there is no answer; the signal's reason.
 */
export async function findHeaderChange(
  context: HeaderChangeContext,
  path: string,
  key: string,
  object: RemoteObject,
  known: ObjectHead | undefined,
): Promise<HeaderChange | undefined> {
  const named = context.settings.headersFor(path);
  const { tags } = context.settings;
  const others = Object.keys(named).filter((name) => name !== STORAGE_CLASS);
  const differing = [STORAGE_CLASS].filter((name) => named[name] !== undefined && named[name] !== object.storageClass);
  if (others.length === 0 && differing.length === 0 && !tags) return undefined;
  const storageClass = differing.length > 0 ? named[STORAGE_CLASS] : undefined;
  if (others.length === 0 && !tags && !context.bucket.isAmazon) {
    return { reason: `${STORAGE_CLASS} differs`, etag: object.etag, isTagsOnly: false, storageClass };
  }

  const head = known ?? (await headOrRefusal(context, key));
  if (head instanceof ServiceError) {
    return { reason: `its headers cannot be read: ${head.awsCode} on HEAD`, etag: undefined, isTagsOnly: false };
  }
  differing.push(...others.filter((name) => head.headers[name] !== readableValue(name, named[name] ?? "")));
  const onlyTagsDiffer = differing.length === 0;
  const tagsReason = tags && (await compareTags(context, key, tags));
  const isTagsOnly = onlyTagsDiffer && tagsReason === "differ";
  if (tagsReason === "differ") differing.push("tags");
  const reasons = [
    ...(differing.length > 0
      ? [`${differing.sort().join(", ")} ${isOneHeader(differing) ? "differs" : "differ"}`]
      : []),
    ...(tagsReason && tagsReason !== "differ" ? [tagsReason] : []),
  ];
  const isClassOnly = differing.length === 1 && differing[0] === STORAGE_CLASS && !tagsReason;
  const change = { reason: reasons.join("; "), etag: head.etag, isTagsOnly };
  if (reasons.length === 0) return undefined;
  return isClassOnly ? { ...change, storageClass } : change;
}

function isOneHeader(differing: readonly string[]): boolean {
  return differing.length === 1 && differing[0] !== "tags";
}

/** @returns undefined if they are the same. Tags that may not be read can still be set. */
async function compareTags(
  { bucket, signal }: HeaderChangeContext,
  key: string,
  wanted: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  try {
    const tags = await getObjectTags(bucket, key, signal);
    return areSameTags(tags, wanted) ? undefined : "differ";
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UnsupportedInputError) throw new StepError(error.code, error.message, { cause: error });
    if (!(error instanceof ServiceError) || isStepFatal(error)) {
      const why = describeFailure(error, bucket.name, key, "s3:GetObjectTagging");
      throw new StepError(codeOf(error), `Reading the tags of s3://${bucket.name}/${key} failed: ${why}`, {
        cause: error,
      });
    }
    return `its tags cannot be read: ${error.awsCode} on GetObjectTagging`;
  }
}
