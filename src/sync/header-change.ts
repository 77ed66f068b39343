import { ServiceError } from "../aws/errors.ts";
import type { Bucket } from "../s3/bucket.ts";
import { decodeWords } from "../s3/encoded-words.ts";
import type { Encryption } from "../s3/encryption.ts";
import type { ObjectHead } from "../s3/head-object.ts";
import type { RemoteObject } from "../s3/list-objects.ts";
import { getObjectTags } from "../s3/object-tags.ts";
import type { ObjectHeaders } from "../s3/put-object.ts";
import { headOrRefusal } from "./compare.ts";
import type { ObjectSettings } from "./options.ts";

/** What has to change about an object whose bytes are right already. */
export interface HeaderChange {
  /** What differs, as `cache-control, tags differ`. */
  readonly reason: string;
  /** Absent where S3 does not let it be read, so that only sending the object again makes it right. */
  readonly head: ObjectHead | undefined;
  /** All that the inputs name; none where only the tags differ. */
  readonly headers: ObjectHeaders;
}

export interface HeaderChangeContext {
  readonly bucket: Bucket;
  readonly settings: ObjectSettings;
  readonly encryption: Encryption | undefined;
  readonly signal: AbortSignal;
}

const STORAGE_CLASS = "x-amz-storage-class";

/**
 * Finds what differs between an object and what the step's inputs name for it: headers, metadata, storage class, tags. What they do not
 * name, a guessed content type too, is left as it is. The listing tells the storage class; all else costs a HEAD, tags a GetObjectTagging.
 *
 * @param known the object's head, where it had to be asked for already.
 * @returns undefined where nothing differs.
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

  const head = known ?? (await headOrRefusal(context, key));
  if (head instanceof ServiceError) {
    return { reason: `its headers cannot be read: ${head.code} on HEAD`, head: undefined, headers: named };
  }
  differing.push(...others.filter((name) => head.headers[name] !== decodeWords(named[name] ?? "")));
  const headers = differing.length > 0 ? named : {};
  if (tags && !(await hasTags(context, key, tags))) differing.push("tags");
  if (differing.length === 0) return undefined;
  return { reason: `${differing.sort().join(", ")} ${differing.length === 1 ? "differs" : "differ"}`, head, headers };
}

async function hasTags(
  { bucket, signal }: HeaderChangeContext,
  key: string,
  wanted: ReadonlyMap<string, string>,
): Promise<boolean> {
  const tags = await getObjectTags(bucket, key, signal);
  return tags.size === wanted.size && [...wanted].every(([name, value]) => tags.get(name) === value);
}
