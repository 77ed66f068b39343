/** A range of an object's bytes, for example a part. */
export interface ByteRange {
  readonly startByte: number;
  readonly sizeBytes: number;
}

/** Splits a number of bytes into ranges of one size; only the last may be shorter. Zero bytes give one range. */
export function splitIntoRanges(sizeBytes: number, rangeSizeBytes: number): ByteRange[] {
  if (sizeBytes === 0) return [{ startByte: 0, sizeBytes }];
  return Array.from({ length: Math.ceil(sizeBytes / rangeSizeBytes) }, (_, index) => {
    const startByte = index * rangeSizeBytes;
    return { startByte, sizeBytes: Math.min(rangeSizeBytes, sizeBytes - startByte) };
  });
}
