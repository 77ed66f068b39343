import { createHash } from "node:crypto";

/** All large files and objects are this block again and again, so that the server has nothing to store of them. */
export const PATTERN_BYTES = 1024 ** 2;

/** Looks like chance, so that nothing can compress it, and is the same each time. */
export const pattern: Buffer = createHash("shake256", { outputLength: PATTERN_BYTES }).update("bench").digest();

/** The bytes of a large object from `startByte` on, as slices of the pattern. */
export function* patternSlices(startByte: number, sizeBytes: number): Generator<Buffer> {
  for (let doneBytes = 0; doneBytes < sizeBytes; ) {
    const offset = (startByte + doneBytes) % PATTERN_BYTES;
    const slice = pattern.subarray(offset, Math.min(PATTERN_BYTES, offset + sizeBytes - doneBytes));
    yield slice;
    doneBytes += slice.length;
  }
}
