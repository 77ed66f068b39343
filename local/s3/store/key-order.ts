/**
 * Orders keys by their UTF-8 bytes, as S3 lists them. JavaScript compares UTF-16 units, in which a surrogate pair
 * (a character beyond U+FFFF) sorts before U+E000 to U+FFFF; in UTF-8 it sorts after.
 * @returns negative, zero or positive, as for Array.sort
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA !== unitB) return byteRank(unitA) - byteRank(unitB);
  }
  return a.length - b.length;
}

/** Moves the surrogates above all other units, where UTF-8 has the characters that they encode. */
function byteRank(unit: number): number {
  const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
  return isSurrogate ? unit + 0x10000 : unit;
}
