import { digestOf, isCrc } from "../../checksums/algorithms.ts";
import { combineCrcs } from "../../checksums/combine.ts";
import { type ByteRange, splitIntoRanges } from "../../s3/byte-range.ts";
import { inParallel } from "../../s3/concurrency/in-parallel.ts";
import { ObjectReplacedError } from "../../s3/get-object.ts";
import { headObject, isHeadRefusal, type ObjectHead } from "../../s3/head-object.ts";
import { checksumOf, type ObjectChecksum } from "../../s3/object-checksum.ts";
import type { FetchContext } from "./fetched-object.ts";

/** An object may have 10,000 parts; asking for them one after the other would take minutes. */
const PARALLEL_HEADS = 16;

/** The parts that an object was uploaded in, in order. */
export interface ObjectParts {
  readonly ranges: readonly ByteRange[];
  /** Whether only the first one was asked for. */
  readonly isGuess: boolean;
}

type AskContext = Pick<FetchContext, "bucket" | "encryption" | "signal">;

/**
 * Finds the parts that an object with a composite checksum was uploaded in. Usually one request is enough: all parts but the last have the
 * size of the first one. If the number of parts shows that they have not, there is a request for each part.
 *
 * @returns undefined if the store does not return it.
 * @throws {ObjectReplacedError}; what `Bucket.send` throws.
 */
export async function guessParts(context: AskContext, key: string, head: ObjectHead): Promise<ObjectParts | undefined> {
  const partsCount = partsCountOf(head);
  if (partsCount === 1) return { ranges: splitIntoRanges(head.sizeBytes, head.sizeBytes), isGuess: false };
  const first = await headOfPart(context, key, head, 1);
  if (!first) return undefined;
  const isEven = Math.ceil(head.sizeBytes / first.sizeBytes) === partsCount;
  if (isEven) return { ranges: splitIntoRanges(head.sizeBytes, first.sizeBytes), isGuess: true };
  const ranges = await findParts(context, key, head);
  return ranges && { ranges, isGuess: false };
}

/** The parts that an object came in, each asked for; otherwise as `guessParts`. */
export async function findParts(context: AskContext, key: string, head: ObjectHead): Promise<ByteRange[] | undefined> {
  const first = await headOfPart(context, key, head, 1);
  if (!first || first.partsCount !== partsCountOf(head)) return undefined;
  const numbers = Array.from({ length: first.partsCount - 1 }, (_, index) => index + 2);
  const rest = await inParallel(numbers, PARALLEL_HEADS, context.signal, (partNumber) =>
    headOfPart(context, key, head, partNumber),
  );
  const parts: ByteRange[] = [];
  let startByte = 0;
  for (const part of [first, ...rest]) {
    if (!part) return undefined;
    const { sizeBytes } = part;
    parts.push({ startByte, sizeBytes });
    startByte += sizeBytes;
  }
  return startByte === head.sizeBytes ? parts : undefined;
}

/** Undefined if the store refuses it: some have no heads of parts. */
async function headOfPart(
  { bucket, encryption, signal }: AskContext,
  key: string,
  { etag }: ObjectHead,
  partNumber: number,
): Promise<ObjectHead | undefined> {
  const options = { customerKey: encryption, partNumber, signal };
  const part = await headObject(bucket, key, options).catch((error: unknown) => {
    if (isHeadRefusal(error)) return undefined;
    throw error;
  });
  if (part && part.etag !== etag) throw new ObjectReplacedError();
  return part;
}

function partsCountOf(head: ObjectHead): number {
  return checksumOf(head)?.partsCount ?? 1;
}

/** The object's checksum from the digests of its ranges, in order: of CRCs from any ranges, of a composite one from its parts. */
export function joinDigests(
  { algorithm, partsCount }: ObjectChecksum,
  ranges: readonly ByteRange[],
  digests: readonly Buffer[],
): Buffer {
  if (partsCount !== undefined) return digestOf(algorithm, Buffer.concat(digests));
  if (!isCrc(algorithm)) throw new Error(`${algorithm} does not combine`);
  const digested = ranges.map(({ sizeBytes }, index) => ({ digest: digests[index] as Buffer, sizeBytes }));
  return combineCrcs(algorithm, digested);
}
