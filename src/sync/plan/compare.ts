import { describeFailure } from "../../aws/errors/error-hints.ts";
import { ServiceError } from "../../aws/errors/errors.ts";
import { codeOf } from "../../errors/coded-error.ts";
import type { FileDigestRequest } from "../../files/digest/digest-range.ts";
import type { FileDigester } from "../../files/digest/file-digest.ts";
import type { Bucket } from "../../s3/bucket.ts";
import type { Encryption } from "../../s3/encryption.ts";
import { headObject, isHeadRefusal, type ObjectHead } from "../../s3/head-object.ts";
import type { RemoteObject } from "../../s3/listing/list-objects.ts";
import { checksumOf, etagChecksum, type ObjectChecksum } from "../../s3/object-checksum.ts";
import type { CompareBy } from "../options.ts";
import { StepError } from "../step-error.ts";
import { requireListed } from "./remote-listing.ts";

/** Whether a file and an object are the same, and the reason for the decision. */
export interface Comparison {
  readonly isSame: boolean;
  readonly reason: string;
  /** Set if it had to be requested. */
  readonly head?: ObjectHead;
}

export interface ComparedFile {
  readonly absolutePath: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface CompareContext {
  readonly bucket: Bucket;
  readonly digester: FileDigester;
  readonly compareBy: CompareBy;
  /** When compared by time, the target is outdated if the source is newer. */
  readonly source: "file" | "object";
  /** The size of the parts in which this step would send a file. */
  partSizeFor(sizeBytes: number): number;
  readonly encryption: Encryption | undefined;
  readonly signal: AbortSignal;
}

/**
 * Decides whether a file and an object are the same. Without a request, if the listing is enough:
 *
 * | sizes | compareBy | ETag | |
 * |---|---|---|---|
 * | differ | any | any | changed |
 * | same | size | any | same |
 * | same | sizeAndTime | any | changed if the source is newer |
 * | same | checksum | MD5 of the file, or of its parts as this step would cut them | same |
 * | same | checksum | anything else: other parts, no MD5 because of its encryption, or not listed | a HEAD with S3's checksums decides |
 *
 * If the HEAD has nothing that can be compared either, for example of parts that another tool has made, size and time decide.
 *
 * @throws {StepError} if there is no answer to the HEAD, or the listing does not have what `compareBy` needs. If S3 refuses the HEAD for
 * this object, it cannot be compared, and counts as changed.
 */
export async function compare(
  context: CompareContext,
  file: ComparedFile,
  key: string,
  object: RemoteObject,
): Promise<Comparison> {
  const { compareBy } = context;
  if (compareBy !== "checksum") requireListed(object, "sizeBytes", USE_CHECKSUM);
  if (object.sizeBytes !== undefined && file.sizeBytes !== object.sizeBytes) {
    return { isSame: false, reason: "size differs" };
  }
  if (compareBy === "size") return { isSame: true, reason: "same size" };
  if (compareBy === "sizeAndTime") {
    return compareTimes(context, file, requireListed(object, "lastModifiedMs", USE_CHECKSUM));
  }

  // An object of a customer's key has no such ETag; one that has is another, stored without the key.
  const etag = context.encryption?.kind === "customer" ? undefined : etagChecksum(object.etag);
  if (etag && (await hasChecksum(context, file, etag, context.partSizeFor(file.sizeBytes)))) {
    return { isSame: true, reason: "same checksum" };
  }
  return compareWithHead(context, file, key, etag);
}

const USE_CHECKSUM = "Set compareBy to checksum.";

/** Compares a file and an object of the same size by their times. */
export function compareTimes(
  { source }: Pick<CompareContext, "source">,
  file: Pick<ComparedFile, "modifiedMs">,
  objectModifiedMs: number,
): Comparison {
  // S3 keeps whole seconds, so a file's fraction of a second is ignored.
  const fileSeconds = Math.floor(file.modifiedMs / 1000);
  const objectSeconds = Math.floor(objectModifiedMs / 1000);
  const isOutOfDate = source === "file" ? fileSeconds > objectSeconds : objectSeconds > fileSeconds;
  return isOutOfDate ? { isSame: false, reason: "newer" } : { isSame: true, reason: "same size, not newer" };
}

async function compareWithHead(
  context: CompareContext,
  file: ComparedFile,
  key: string,
  compared: ObjectChecksum | undefined,
): Promise<Comparison> {
  const head = await headOrRefusal(context, key);
  if (head instanceof ServiceError) return { isSame: false, reason: `cannot be compared: ${head.awsCode} on HEAD` };
  if (head.sizeBytes !== file.sizeBytes) return { isSame: false, reason: "size differs", head };
  const checksum = checksumOf(head);
  if (!checksum) return compareWithoutChecksum(context, file, head);
  const isKnownToDiffer =
    checksum.algorithm === "MD5" && checksum.partsCount === undefined && compared?.digest.equals(checksum.digest);
  const partSizeBytes = checksum.partsCount === undefined ? undefined : await partSizeOf(context, key, checksum, file);
  if (checksum.partsCount !== undefined && partSizeBytes === undefined) {
    const isOfThisCut = Math.ceil(file.sizeBytes / context.partSizeFor(file.sizeBytes)) === checksum.partsCount;
    const isCompared = isOfThisCut && compared?.digest.equals(checksum.digest);
    return isCompared
      ? { isSame: false, reason: "content differs", head }
      : compareWithoutChecksum(context, file, head);
  }
  const isSame = !isKnownToDiffer && (await hasChecksum(context, file, checksum, partSizeBytes));
  return isSame ? { isSame, reason: "same checksum", head } : { isSame, reason: "content differs", head };
}

/**
 * On Amazon S3 an object in one piece gets a checksum when it is sent again. On other stores, or in parts, it could be sent again in each
 * run.
 */
function compareWithoutChecksum(context: CompareContext, file: ComparedFile, head: ObjectHead): Comparison {
  if (context.bucket.isAmazon && !/-\d+$/.test(head.etag)) {
    return { isSame: false, reason: "cannot be compared: S3 has no checksum of it", head };
  }
  context.bucket.giveUp("comparison");
  const { isSame, reason } = compareTimes(context, file, head.lastModifiedMs);
  return { isSame, reason: `${reason}; no checksum to compare`, head };
}

/** The part size of an object, if the store returns it and all parts but the last have the same size. */
async function partSizeOf(
  context: CompareContext,
  key: string,
  { partsCount = 1 }: ObjectChecksum,
  { sizeBytes }: ComparedFile,
): Promise<number | undefined> {
  const first = await headOrRefusal(context, key, 1);
  if (first instanceof ServiceError) return undefined;
  return Math.ceil(sizeBytes / first.sizeBytes) === partsCount ? first.sizeBytes : undefined;
}

/**
 * The object's head, or why S3 does not return it.
 *
 * @throws {StepError} if there is no answer; the signal's reason.
 */
export async function headOrRefusal(
  { bucket, encryption, signal }: Pick<CompareContext, "bucket" | "encryption" | "signal">,
  key: string,
  partNumber?: number,
): Promise<ObjectHead | ServiceError> {
  try {
    return await headObject(bucket, key, { customerKey: encryption, partNumber, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (isHeadRefusal(error)) return error;
    const why = describeFailure(error, bucket.name, key, "s3:GetObject");
    throw new StepError(codeOf(error), `Comparing with s3://${bucket.name}/${key} failed: ${why}`, { cause: error });
  }
}

async function hasChecksum(
  context: CompareContext,
  { absolutePath, sizeBytes }: ComparedFile,
  { algorithm, digest, partsCount }: ObjectChecksum,
  partSizeBytes: number | undefined,
): Promise<boolean> {
  if (partsCount !== undefined && (!partSizeBytes || Math.ceil(sizeBytes / partSizeBytes) !== partsCount)) return false;
  const request = {
    path: absolutePath,
    sizeBytes,
    algorithm,
    ...(partsCount !== undefined && partSizeBytes ? { partSizeBytes } : {}),
  };
  return hasDigest(context, request, digest);
}

/**
 * Whether the file's bytes have this digest. A file that cannot be read does not match; the error is reported when it is sent or replaced.
 *
 * @throws the signal's reason.
 */
export function hasDigest(
  { digester, signal }: Pick<CompareContext, "digester" | "signal">,
  request: FileDigestRequest,
  digest: Buffer,
): Promise<boolean> {
  return digester.digest(request).then(
    (own) => own.equals(digest),
    () => {
      signal.throwIfAborted();
      return false;
    },
  );
}
