/** The parameters in which S3's CRCs differ. All are reflected, start with all bits set, and are inverted at the end. */
export interface CrcPolynomial {
  readonly widthBits: 32 | 64;
  /** Without its highest term, in reversed bit order: the lowest power is in the highest bit. */
  readonly reversed: bigint;
}

/**
 * The polynomials of S3's CRCs.
 * Source: "Catalogue of parametrised CRC algorithms" (CRC-32/ISO-HDLC, CRC-32/ISCSI, CRC-64/NVME).
 */
export const CRC_POLYNOMIALS = {
  CRC32: { widthBits: 32, reversed: 0xedb88320n },
  CRC32C: { widthBits: 32, reversed: 0x82f63b78n },
  CRC64NVME: { widthBits: 64, reversed: 0x9a6c9329ac4bc9b5n },
} as const satisfies Readonly<Record<string, CrcPolynomial>>;

/** A value of that width, most significant byte first. */
export function crcBytes(value: bigint, { widthBits }: CrcPolynomial): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes.subarray(8 - widthBits / 8);
}
