import { createHash, hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Body } from "../aws/transport.ts";

/** What a body is protected by on its way. */
export interface Digest {
  readonly crc32: number;
  /** Absent where the payload is not signed. */
  readonly sha256Hex: string | undefined;
}

/** Reads a body once and computes its CRC-32, and its SHA-256 where `withSha256` asks for it. */
export async function digestBody(body: Body, withSha256: boolean): Promise<Digest> {
  let crc = 0;
  let sha256: ReturnType<typeof createHash> | undefined;
  for await (const chunk of body.chunks()) {
    crc = crc32(chunk, crc);
    if (!withSha256) continue;
    if (chunk.length === body.sizeBytes) return { crc32: crc, sha256Hex: hash("sha256", chunk, "hex") };
    sha256 ??= createHash("sha256");
    sha256.update(chunk);
  }
  return { crc32: crc, sha256Hex: withSha256 ? (sha256 ?? createHash("sha256")).digest("hex") : undefined };
}

/** A CRC-32 as S3 writes it: base64 of the four bytes, most significant first. */
export function crc32Header(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString("base64");
}

/**
 * The CRC-32 of two pieces of data in a row, from the CRC-32 of each and the length of the second.
 *
 * A CRC is a remainder over GF(2), so the first one is carried past the second piece by multiplying it with
 * x^(8 · length) modulo the polynomial, which takes one step a bit of the length.
 */
export function combineCrc32(first: number, second: number, secondSizeBytes: number): number {
  let shifted = first;
  let power = X_TO_THE_8;
  for (let rest = secondSizeBytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shifted = multiplyModulo(shifted, power);
    power = multiplyModulo(power, power);
  }
  return (shifted ^ second) >>> 0;
}

/** CRC-32's polynomial and the polynomial x^8, both with the bits reversed, as CRC-32 has them. */
const POLYNOMIAL = 0xedb88320;
const X_TO_THE_8 = 0x00800000;

function multiplyModulo(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return product >>> 0;
}
