import type { ChecksumAlgorithm } from "./checksum-algorithms.ts";

/** The polynomials in reversed bit order, the lowest power in the highest bit, as reflected CRCs use them. */
const polynomials = {
  CRC32: { widthBits: 32, polynomial: 0xedb88320n },
  CRC32C: { widthBits: 32, polynomial: 0x82f63b78n },
  CRC64NVME: { widthBits: 64, polynomial: 0x9a6c9329ac4bc9b5n },
} as const satisfies Partial<Record<ChecksumAlgorithm, { widthBits: number; polynomial: bigint }>>;

export type CombinableAlgorithm = keyof typeof polynomials;

/** The CRC of one stretch of a body. */
export interface CrcOfPart {
  /** base64, most significant byte first */
  readonly value: string;
  readonly sizeBytes: number;
}

/** Whether checksums of parts give the checksum of the whole: true for CRCs, false for hashes. */
export function isCombinable(algorithm: ChecksumAlgorithm): algorithm is CombinableAlgorithm {
  return algorithm in polynomials;
}

/**
 * The CRC of a body from the CRCs of its parts, in order.
 *
 * Appending n bytes multiplies the CRC so far, a polynomial over GF(2), by x^8n modulo the CRC's polynomial; the CRC
 * of the appended bytes is then added. (The inversions at the beginning and the end of these CRCs cancel out.)
 * @returns base64, most significant byte first
 */
export function combineCrcs(algorithm: CombinableAlgorithm, parts: readonly CrcOfPart[]): string {
  const field = polynomials[algorithm];
  // All parts but the last are usually of one size, so one power serves them all.
  const powers = new Map<number, bigint>();
  let whole = 0n;
  for (const { value, sizeBytes } of parts) {
    const power = powers.get(sizeBytes) ?? powerOfX(8n * BigInt(sizeBytes), field);
    powers.set(sizeBytes, power);
    whole = multiply(whole, power, field) ^ BigInt(`0x${Buffer.from(value, "base64").toString("hex")}`);
  }
  return Buffer.from(whole.toString(16).padStart(field.widthBits / 4, "0"), "hex").toString("base64");
}

interface Field {
  readonly widthBits: number;
  readonly polynomial: bigint;
}

/** a × b modulo the polynomial. */
function multiply(a: bigint, b: bigint, { widthBits, polynomial }: Field): bigint {
  let product = 0n;
  let multiple = b;
  for (let bit = 1n << BigInt(widthBits - 1); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= multiple;
    multiple = multiple & 1n ? (multiple >> 1n) ^ polynomial : multiple >> 1n;
  }
  return product;
}

/** x^exponent modulo the polynomial, by squaring. */
function powerOfX(exponent: bigint, field: Field): bigint {
  let power = 1n << BigInt(field.widthBits - 1);
  let square = power >> 1n;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = multiply(power, square, field);
    square = multiply(square, square, field);
  }
  return power;
}
