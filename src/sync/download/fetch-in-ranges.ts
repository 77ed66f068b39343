import { type FileHandle, open } from "node:fs/promises";
import { type DigestAlgorithm, isCrc } from "../../checksums/algorithms.ts";
import { setModified } from "../../files/temporary-file.ts";
import { type ByteRange, splitIntoRanges } from "../../s3/byte-range.ts";
import { inParallel } from "../../s3/concurrency/in-parallel.ts";
import { customerKeyHeaders } from "../../s3/encryption.ts";
import { etagOfObject, getObject } from "../../s3/get-object.ts";
import { headObject, type ObjectHead } from "../../s3/head-object.ts";
import { checksumOf, type ObjectChecksum } from "../../s3/object-checksum.ts";
import { ThreadLostError } from "../../threads/transfer-threads.ts";
import { countingOnce } from "../counting-once.ts";
import { ChecksumError, type FetchContext, type FetchedObject } from "./fetched-object.ts";
import { findParts, guessParts, joinDigests } from "./object-ranges.ts";
import { ownSink, type RangeSink, threadSink } from "./range-sink.ts";

/** Large objects are fetched in ranges of this size in parallel, unless they are checked by their parts. */
export const RANGE_SIZE_BYTES = 16 * 1024 ** 2;
const PARALLEL_RANGES = 8;

/**
 * Downloads an object to a new file in parallel ranges, or in its parts if its checksum is made from them.
 *
 * @throws {ObjectReplacedError} if it is replaced meanwhile; {ChecksumError}; Node's error; what `Bucket.send` throws.
 */
export async function fetchInRanges(
  context: FetchContext,
  { key, path, etag, sizeBytes }: FetchedObject,
  newPath: string,
): Promise<ObjectHead> {
  const { bucket, target, disk, encryption, signal } = context;
  bucket.threads?.expect(sizeBytes);
  const head = await headObject(bucket, key, { customerKey: encryption, signal });
  if (head.etag === etag && head.sizeBytes !== sizeBytes) throw new ChecksumError("size");
  // Without the condition, ranges of two objects could become one file.
  const options = { headers: customerKeyHeaders(encryption), signal };
  const etagOfRanges = await etagOfObject(bucket, key, head, options);
  const checksum = checksumOf(head);
  const parts = checksum?.partsCount === undefined ? undefined : await guessParts(context, key, head);
  const ranges = parts?.ranges ?? splitIntoRanges(head.sizeBytes, RANGE_SIZE_BYTES);
  const isOfRanges = checksum && (checksum.partsCount === undefined ? isCrc(checksum.algorithm) : parts !== undefined);

  await target.confirm(path, disk);
  const file = await open(newPath, "wx");
  let digests: readonly Buffer[];
  try {
    const digestedBy = isOfRanges ? checksum.algorithm : undefined;
    digests = await fetchEach(context, { key, head, etag: etagOfRanges, ranges, digestedBy, path: newPath }, file);
    await setModified(file, head.lastModifiedMs);
  } finally {
    await file.close();
  }
  const isRight =
    !checksum ||
    (isOfRanges
      ? joinDigests(checksum, ranges, digests).equals(checksum.digest)
      : await hasChecksum(context, newPath, head, checksum));
  if (isRight) return head;
  if (
    parts?.isGuess &&
    (await hasChecksumOfUnevenParts(context, { key, head, checksum, guessed: ranges, path: newPath }))
  ) {
    return head;
  }
  throw new ChecksumError(checksum.algorithm);
}

interface RangesToFetch {
  readonly key: string;
  readonly head: ObjectHead;
  /** The one that each answer must have. */
  readonly etag: string;
  readonly ranges: readonly ByteRange[];
  /** Set if a digest of each range is needed. */
  readonly digestedBy: DigestAlgorithm | undefined;
  /** Of the file that they are written to. */
  readonly path: string;
}

/** @returns the digests of the ranges, if they are needed. */
async function fetchEach(
  context: FetchContext,
  { key, head, etag, ranges, digestedBy, path }: RangesToFetch,
  file: FileHandle,
): Promise<readonly Buffer[]> {
  const { signal, slots } = context;
  const digests = await inParallel(ranges, PARALLEL_RANGES, signal, async (range, _index, rangeSignal) => {
    const digest = await slots.run(slots.largeBodyWeight, () => {
      rangeSignal.throwIfAborted();
      return fetchRange(context, { key, etag, range, digestedBy, signal: rangeSignal }, file);
    });
    if (digest || !digestedBy) return digest;
    // Digesting takes so long that reading the file again, in threads if it is large, is faster while more data arrives.
    return digestRange(context, { path, sizeBytes: head.sizeBytes, range, algorithm: digestedBy });
  });
  return digests.filter((digest) => digest !== undefined);
}

interface RangeToFetch extends Pick<RangesToFetch, "key" | "etag" | "digestedBy"> {
  readonly range: ByteRange;
  readonly signal: AbortSignal;
}

/** @returns the digest of the range; undefined if it was not computed as the bytes arrived. */
async function fetchRange(context: FetchContext, wanted: RangeToFetch, file: FileHandle): Promise<Buffer | undefined> {
  const { range, digestedBy } = wanted;
  const onMoved = countingOnce(context.onMoved);
  const options = () => ({ ...context, file, range, digestedBy, onMoved: onMoved() });
  try {
    const sink = threadSink(options());
    if (sink) return await fetchInto(context, wanted, sink);
  } catch (error) {
    if (!(error instanceof ThreadLostError)) throw error;
  }
  return fetchInto(context, wanted, ownSink(options()));
}

async function fetchInto(
  { bucket, encryption }: FetchContext,
  { key, range, etag, signal }: RangeToFetch,
  sink: RangeSink,
): Promise<Buffer | undefined> {
  const options = { range, etag, headers: customerKeyHeaders(encryption), carrier: sink.carrier, signal };
  try {
    // A range cannot be empty.
    if (range.sizeBytes > 0) await getObject(bucket, key, sink, options);
    await sink.flush();
  } finally {
    await sink.close();
  }
  if (sink.writtenBytes !== range.sizeBytes) throw new ChecksumError("size");
  return sink.digest;
}

/** Checks an MD5 or SHA of the whole object, which must be computed from the first byte to the last, on the complete file. */
async function hasChecksum(
  { digester }: FetchContext,
  path: string,
  { sizeBytes }: ObjectHead,
  { algorithm, digest, partsCount }: ObjectChecksum,
): Promise<boolean> {
  // If the store does not return the parts, only the size is checked.
  if (partsCount !== undefined) return true;
  return (await digester.digest({ path, sizeBytes, algorithm })).equals(digest);
}

interface PartsToCheck {
  readonly key: string;
  readonly head: ObjectHead;
  readonly checksum: ObjectChecksum;
  /** What the first part suggests. */
  readonly guessed: readonly ByteRange[];
  /** Of the complete file. */
  readonly path: string;
}

/** In rare cases parts have other sizes than the first one suggests. The bytes may still be right. */
async function hasChecksumOfUnevenParts(
  context: FetchContext,
  { key, head, checksum, guessed, path }: PartsToCheck,
): Promise<boolean> {
  const parts = await findParts(context, key, head);
  if (!parts || parts.every(({ sizeBytes }, index) => sizeBytes === guessed[index]?.sizeBytes)) return false;
  const { sizeBytes } = head;
  const { algorithm } = checksum;
  const digests = parts.map((range) => digestRange(context, { path, sizeBytes, range, algorithm }));
  return joinDigests(checksum, parts, await Promise.all(digests)).equals(checksum.digest);
}

interface RangeToDigest {
  readonly path: string;
  /** Of the file. */
  readonly sizeBytes: number;
  readonly range: ByteRange;
  readonly algorithm: DigestAlgorithm;
}

function digestRange(
  { digester }: FetchContext,
  { path, sizeBytes, range, algorithm }: RangeToDigest,
): Promise<Buffer> {
  const goesOn = range.startByte + range.sizeBytes < sizeBytes;
  return digester.digest({ ...range, path, goesOn, algorithm });
}
