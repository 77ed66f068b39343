import { ServiceError } from "../../aws/errors/errors.ts";
import type { Bucket, S3Request } from "../bucket.ts";
import { encodeMetadata } from "../encoded-words.ts";
import { etagOfObject } from "../get-object.ts";
import { checksumAlgorithmOf, headObject, type ObjectHead } from "../head-object.ts";
import { isOwnCopy, mayBeDone } from "../lost-answer.ts";
import { copyInParts } from "../multipart/multipart-copy.ts";
import type { ObjectHeaders } from "../put-object.ts";
import { isObjectMetadata, REDIRECT_HEADER } from "../system-metadata.ts";
import { childText, readResult } from "../xml-body.ts";
import { copySourceHeaders } from "./copy-source.ts";

/** An object to copy, as in a listing. */
export interface CopiedObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** Without quotation marks. */
  readonly etag: string;
}

/** The settings of the copy. */
export interface CopyWrite {
  /**
   * Headers that a copy does not take from its source: encryption, storage class, tags, redirect location. With `metadata: "replaced"`
   * also those that describe the object; all as they go on the wire, with lower-case names.
   */
  readonly headers: ObjectHeaders;
  readonly metadata: "kept" | "replaced";
  /** Objects up to this size are copied by one request. Default: the 5 GiB that S3 takes. */
  readonly maxCopyBytes?: number;
  readonly signal: AbortSignal;
}

/** The most that one request copies. Source: CopyObject in the Amazon S3 API Reference. */
export const MAX_COPY_BYTES = 5 * 1024 ** 3;
const PARALLEL_PARTS = 8;
const TAGGING_HEADER = "x-amz-tagging";

/** The object was replaced, and a store that ignores conditions has copied the new one. */
export class WrongCopyError extends ServiceError {
  override readonly name: string = "WrongCopyError";

  constructor(error: ServiceError) {
    super(error.details);
  }
}

/**
 * Copies an object to another key of its bucket, or onto itself, within the store. Tags are not copied, except in stores other than Amazon
 * S3 if `write` has none.
 *
 * @returns the copy's ETag, without quotation marks.
 * @throws {ServiceError} with PreconditionFailed if the object has been replaced since it was listed; then nothing was written, unless it is
 * a {WrongCopyError}. What `Bucket.send` throws.
 *
 * Source: CopyObject in the Amazon S3 API Reference.
 */
export async function copyObject(bucket: Bucket, source: CopiedObject, key: string, write: CopyWrite): Promise<string> {
  const isInOnePiece = source.sizeBytes <= (write.maxCopyBytes ?? MAX_COPY_BYTES);
  const needsHead = !isInOnePiece || source.key === key;
  const head = needsHead ? await headSource(bucket, source, write.signal) : undefined;
  if (head && !isInOnePiece) return copyParts(bucket, source, head, key, write);
  // Where the condition on the source may be ignored, a wrong copy would replace one that another run has made.
  if (!head && !bucket.isAmazon) await headSource(bucket, source, write.signal);
  const request: S3Request = {
    method: "PUT",
    key,
    headers: {
      ...write.headers,
      ...copySourceHeaders(bucket, source.key, source.etag),
      "x-amz-metadata-directive": write.metadata === "kept" ? "COPY" : "REPLACE",
      // Stores without tags refuse the directive.
      ...(bucket.isAmazon || TAGGING_HEADER in write.headers ? { "x-amz-tagging-directive": "REPLACE" } : {}),
    },
    signal: write.signal,
  };
  try {
    const etag = childText(await readResult(await bucket.send(request), "CopyObjectResult"), "ETag");
    return await confirmCopy(bucket, source, key, etag?.replaceAll('"', ""), write.signal);
  } catch (error) {
    // A try whose answer was lost may have put the copy where the source was.
    if (!head || !mayBeDone(error)) throw error;
    const written = { bucket, key, customerKeyHeaders: {}, signal: write.signal };
    if (!(await isOwnCopy(written, head, write.headers))) throw error;
    return (await headObject(bucket, key, { signal: write.signal })).etag;
  }
}

/** Some stores ignore the condition on the source. If copy and source have the same ETag, it was the right source. */
async function confirmCopy(
  bucket: Bucket,
  source: CopiedObject,
  key: string,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (etag === source.etag) return etag;
  if (!bucket.isAmazon && source.key !== key)
    await headSource(bucket, source, signal).catch((error: unknown) => {
      throw error instanceof ServiceError ? new WrongCopyError(error) : error;
    });
  return etag || (await headObject(bucket, key, { signal })).etag;
}

async function headSource(bucket: Bucket, source: CopiedObject, signal: AbortSignal): Promise<ObjectHead> {
  const head = await headObject(bucket, source.key, { signal });
  const etag = source.etag === "" ? head.etag : await etagOfObject(bucket, source.key, head, { signal });
  if (etag === source.etag) return head;
  const serverMessage = "the object was replaced before it was copied";
  throw new ServiceError({ status: 412, awsCode: "PreconditionFailed", serverMessage });
}

function copyParts(
  bucket: Bucket,
  source: CopiedObject,
  head: ObjectHead,
  key: string,
  { headers, metadata, signal }: CopyWrite,
): Promise<string> {
  const kept = Object.fromEntries(Object.entries(head.headers).filter(([name]) => isObjectMetadata(name)));
  const { [REDIRECT_HEADER]: _, ...described } = encodeMetadata(kept);
  const algorithm = checksumAlgorithmOf(head);
  return copyInParts(bucket, key, head, {
    sourceObject: source.key,
    headers: {
      ...(metadata === "kept" ? described : {}),
      ...headers,
      ...(algorithm ? { "x-amz-checksum-algorithm": algorithm } : {}),
    },
    sourceHeaders: copySourceHeaders(bucket, source.key, source.etag),
    sourceKey: undefined,
    customerKeyHeaders: {},
    parallelParts: PARALLEL_PARTS,
    signal,
  });
}
