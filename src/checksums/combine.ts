import type { CrcAlgorithm } from "./algorithms.ts";
import { CRC_POLYNOMIALS, type CrcPolynomial, crcBytes } from "./polynomials.ts";

/** At index n: x^(8 · 2^n) modulo an algorithm's polynomial. Filled on demand. */
const squares = new Map<CrcAlgorithm, bigint[]>();

/**
 * The CRC of two pieces of data in a row, from the CRC of each and the length of the second.
 *
 * A CRC is a remainder over GF(2), so the first one is carried past the second piece by multiplying it with
 * x^(8 · length) modulo the polynomial, which takes one multiplication for each bit that is set in the length: one in all where the
 * pieces are parts of a usual size. (The inversions at a CRC's beginning and end cancel out.)
 */
export function combineCrc(algorithm: CrcAlgorithm, first: Buffer, second: Buffer, secondSizeBytes: number): Buffer {
  const polynomial = CRC_POLYNOMIALS[algorithm];
  let shifted = fromBytes(first);
  for (let rest = secondSizeBytes, bit = 0; rest > 0; rest = Math.floor(rest / 2), bit++) {
    if (rest % 2 === 1) shifted = multiply(shifted, squareAt(algorithm, bit), polynomial);
  }
  return crcBytes(shifted ^ fromBytes(second), polynomial);
}

/** What the CRC of the whole needs to know about a piece of data. */
export interface DigestedPiece {
  readonly digest: Buffer;
  readonly sizeBytes: number;
}

/** The CRC of any number of pieces in a row. */
export function combineCrcs(algorithm: CrcAlgorithm, pieces: readonly DigestedPiece[]): Buffer {
  const ofNothing = crcBytes(0n, CRC_POLYNOMIALS[algorithm]);
  return pieces.reduce((sum, { digest, sizeBytes }) => combineCrc(algorithm, sum, digest, sizeBytes), ofNothing);
}

function squareAt(algorithm: CrcAlgorithm, index: number): bigint {
  const polynomial = CRC_POLYNOMIALS[algorithm];
  let known = squares.get(algorithm);
  if (!known) {
    // x^8 in reversed bit order, in which x^0 is the highest bit.
    known = [1n << BigInt(polynomial.widthBits - 1 - 8)];
    squares.set(algorithm, known);
  }
  let square = known.at(-1) as bigint;
  while (known.length <= index) {
    square = multiply(square, square, polynomial);
    known.push(square);
  }
  return known[index] as bigint;
}

/** a × b modulo the polynomial. */
function multiply(a: bigint, b: bigint, { widthBits, reversed }: CrcPolynomial): bigint {
  let product = 0n;
  let factor = b;
  for (let bit = 1n << BigInt(widthBits - 1); bit !== 0n; bit >>= 1n) {
    if (a & bit) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ reversed : factor >> 1n;
  }
  return product;
}

function fromBytes(crc: Buffer): bigint {
  return crc.length === 8 ? crc.readBigUInt64BE() : BigInt(crc.readUInt32BE());
}
