import { closeSync, openSync, readSync } from "node:fs";
import { createDigest, type DigestAlgorithm, digestOf, isCrc } from "../../checksums/algorithms.ts";
import { combineCrcs } from "../../checksums/combine.ts";
import { FileChangedError, readSmallFile } from "../file-range.ts";

/** A file, or a stretch of one, whose digest is wanted. */
export interface FileDigestRequest {
  readonly path: string;
  /** What the file, or the stretch, is expected to have. */
  readonly sizeBytes: number;
  /** Where the stretch begins: 0 unless given. */
  readonly startByte?: number;
  /** Whether the file goes on behind the stretch. */
  readonly goesOn?: boolean;
  readonly algorithm: DigestAlgorithm;
  /** A second one for the same bytes, which are then read once for both: its digest comes behind the first one's. */
  readonly alsoBy?: DigestAlgorithm | undefined;
  /** Of a composite digest: the size of its parts, all but the last. */
  readonly partSizeBytes?: number;
}

/** What one core digests of a file. Only what names it, since ranges go from thread to thread. */
export interface DigestRange {
  readonly path: string;
  readonly algorithm: DigestAlgorithm;
  readonly alsoBy: DigestAlgorithm | undefined;
  readonly startByte: number;
  readonly sizeBytes: number;
  /** So that the file must end with it. */
  readonly isLast: boolean;
}

/** A file's CRC can be put together from those of ranges of any size: of so much that opening the file again costs nothing. */
const CRC_RANGE_BYTES = 32 * 1024 ** 2;

/** In how many ranges a file is digested: its parts, ranges of a CRC, or one that is all of it. */
export function countRanges(request: FileDigestRequest): number {
  return Math.max(1, Math.ceil(request.sizeBytes / rangeSizeOf(request)));
}

/** The range at an index. */
export function rangeAt(request: FileDigestRequest, index: number): DigestRange {
  const { path, algorithm, alsoBy, startByte = 0, goesOn = false } = request;
  const offsetBytes = index * rangeSizeOf(request);
  const sizeBytes = Math.min(rangeSizeOf(request), request.sizeBytes - offsetBytes);
  const isLast = !goesOn && offsetBytes + sizeBytes === request.sizeBytes;
  return { path, algorithm, alsoBy, startByte: startByte + offsetBytes, sizeBytes, isLast };
}

/** The file's digest from those of all its ranges, in order. */
export function joinDigests(request: FileDigestRequest, digests: readonly Buffer[]): Buffer {
  const { algorithm, alsoBy, partSizeBytes } = request;
  if (partSizeBytes !== undefined) return digestOf(algorithm, Buffer.concat(digests));
  // Of all that is no CRC alone there is one range.
  if (alsoBy || !isCrc(algorithm)) return digests[0] as Buffer;
  const ranges = digests.map((digest, index) => ({ digest, sizeBytes: rangeAt(request, index).sizeBytes }));
  return combineCrcs(algorithm, ranges);
}

/**
 * Digests a range, block by block, with a pause after each in which the caller can let others have the thread.
 *
 * @param block is overwritten.
 * @throws {FileChangedError} if the file ends before the range, or goes on after the last one; Node's error if it cannot be read.
 */
export function* digestRange(range: DigestRange, block: Buffer): Generator<void, Buffer> {
  const { path, algorithm, alsoBy, startByte, sizeBytes, isLast } = range;
  if (startByte === 0 && isLast && sizeBytes < block.length && !alsoBy) {
    return digestOf(algorithm, readSmallFile(path, sizeBytes, block));
  }
  const digests = [algorithm, ...(alsoBy ? [alsoBy] : [])].map(createDigest);
  const descriptor = openSync(path, "r");
  try {
    for (let doneBytes = 0; doneBytes < sizeBytes; ) {
      const wantedBytes = Math.min(block.length, sizeBytes - doneBytes);
      const readBytes = readSync(descriptor, block, 0, wantedBytes, startByte + doneBytes);
      if (readBytes === 0) throw new FileChangedError();
      for (const digest of digests) digest.update(block.subarray(0, readBytes));
      doneBytes += readBytes;
      yield;
    }
    if (isLast && readSync(descriptor, block, 0, 1, startByte + sizeBytes) > 0) throw new FileChangedError();
    return Buffer.concat(digests.map((digest) => digest.digest()));
  } finally {
    closeSync(descriptor);
  }
}

/** `digestRange` without the pauses. */
export function digestRangeAtOnce(range: DigestRange, block: Buffer): Buffer {
  const steps = digestRange(range, block);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function rangeSizeOf({ algorithm, alsoBy, sizeBytes, partSizeBytes }: FileDigestRequest): number {
  return Math.max(1, partSizeBytes ?? (isCrc(algorithm) && !alsoBy ? CRC_RANGE_BYTES : sizeBytes));
}
