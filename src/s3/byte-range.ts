/** A stretch of an object: a part of it, or a range. */
export interface Piece {
  readonly startByte: number;
  readonly sizeBytes: number;
}

/** Cuts so many bytes into pieces, all but the last of one size; no bytes are one piece. */
export function cut(sizeBytes: number, pieceSizeBytes: number): Piece[] {
  if (sizeBytes === 0) return [{ startByte: 0, sizeBytes }];
  return Array.from({ length: Math.ceil(sizeBytes / pieceSizeBytes) }, (_, index) => {
    const startByte = index * pieceSizeBytes;
    return { startByte, sizeBytes: Math.min(pieceSizeBytes, sizeBytes - startByte) };
  });
}
