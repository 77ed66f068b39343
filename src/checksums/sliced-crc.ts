import type { Digest } from "./digest.ts";
import { CRC_POLYNOMIALS, crcBytes } from "./polynomials.ts";

/** The number of bytes that are processed at once, each with its own table. */
const SLICES = 8;

/**
 * The entry at 256 · k + b is what a byte b adds to the register if k bytes follow it: its lower and its upper half, because JavaScript
 * has no fast 64-bit integers.
 */
interface Tables {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

const tablesOf = new Map<bigint, Tables>();

/**
 * A CRC that Node does not have, eight bytes at a time. It is several times faster than the available libraries.
 *
 * Source of the method: M. E. Kounavis and F. L. Berry, "A Systematic Approach to Building High Performance Software-based CRC Generators".
 */
export class SlicedCrc implements Digest {
  readonly #algorithm: "CRC32C" | "CRC64NVME";
  readonly #tables: Tables;
  #low = -1;
  #high: number;

  constructor(algorithm: "CRC32C" | "CRC64NVME") {
    const { widthBits, reversed } = CRC_POLYNOMIALS[algorithm];
    this.#algorithm = algorithm;
    this.#tables = tablesOf.get(reversed) ?? makeTables(reversed);
    tablesOf.set(reversed, this.#tables);
    this.#high = widthBits === 64 ? -1 : 0;
  }

  update(chunk: Uint8Array): void {
    const { low: lows, high: highs } = this.#tables;
    let low = this.#low;
    let high = this.#high;
    let position = 0;
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (; position + SLICES <= chunk.length; position += SLICES) {
      const first = low ^ view.getInt32(position, true);
      const second = high ^ view.getInt32(position + 4, true);
      const a = 1792 + (first & 0xff);
      const b = 1536 + ((first >>> 8) & 0xff);
      const c = 1280 + ((first >>> 16) & 0xff);
      const d = 1024 + (first >>> 24);
      const e = 768 + (second & 0xff);
      const f = 512 + ((second >>> 8) & 0xff);
      const g = 256 + ((second >>> 16) & 0xff);
      const h = second >>> 24;
      low =
        get(lows, a) ^
        get(lows, b) ^
        get(lows, c) ^
        get(lows, d) ^
        get(lows, e) ^
        get(lows, f) ^
        get(lows, g) ^
        get(lows, h);
      high =
        get(highs, a) ^
        get(highs, b) ^
        get(highs, c) ^
        get(highs, d) ^
        get(highs, e) ^
        get(highs, f) ^
        get(highs, g) ^
        get(highs, h);
    }
    for (; position < chunk.length; position++) {
      const byte = (low ^ get(chunk, position)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ get(lows, byte);
      high = (high >>> 8) ^ get(highs, byte);
    }
    this.#low = low;
    this.#high = high;
  }

  digest(): Buffer {
    const polynomial = CRC_POLYNOMIALS[this.#algorithm];
    const register = (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low >>> 0);
    return crcBytes(BigInt.asUintN(polynomial.widthBits, ~register), polynomial);
  }
}

/** For the type checker: the index is within the array. */
function get(entries: Int32Array | Uint8Array, index: number): number {
  return entries[index] as number;
}

function makeTables(reversed: bigint): Tables {
  const first = Array.from({ length: 256 }, (_, byte) => {
    let register = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) register = register & 1n ? (register >> 1n) ^ reversed : register >> 1n;
    return register;
  });
  const entries = [...first];
  while (entries.length < SLICES * 256) {
    const before = entries[entries.length - 256] as bigint;
    entries.push((before >> 8n) ^ (first[Number(before & 0xffn)] as bigint));
  }
  return {
    low: Int32Array.from(entries, (entry) => Number(BigInt.asIntN(32, entry))),
    high: Int32Array.from(entries, (entry) => Number(BigInt.asIntN(32, entry >> 32n))),
  };
}
