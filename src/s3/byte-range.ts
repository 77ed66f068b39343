/** A stretch of an object: a part of it, or a range. */
export interface ByteRange {
  readonly startByte: number;
  readonly sizeBytes: number;
}

/** Cuts so many bytes into ranges, all but the last of one size; no bytes are one range. */
export function splitIntoRanges(sizeBytes: number, rangeSizeBytes: number): ByteRange[] {
  if (sizeBytes === 0) return [{ startByte: 0, sizeBytes }];
  return Array.from({ length: Math.ceil(sizeBytes / rangeSizeBytes) }, (_, index) => {
    const startByte = index * rangeSizeBytes;
    return { startByte, sizeBytes: Math.min(rangeSizeBytes, sizeBytes - startByte) };
  });
}
