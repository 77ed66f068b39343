const SURROGATE = /[\ud800-\udfff]/;

/**
 * Compares two texts as S3 lists keys: by their UTF-8 bytes. JavaScript's own order goes by UTF-16 units and puts
 * characters beyond U+FFFF (as surrogates, 0xD800 to 0xDFFF) before those from U+E000 to U+FFFF.
 *
 * @returns a negative number, zero or a positive number, as `Array.prototype.sort` requires.
 */
export function compareUtf8(a: string, b: string): number {
  // The engine compares several times faster.
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : Number(a > b);
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** Sorts surrogates after all other UTF-16 units. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
