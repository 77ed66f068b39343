import { createHash } from "node:crypto";
import zlib from "node:zlib";
import { Crc32c, Crc64Nvme } from "@aws-sdk/checksums/crc";

export type ChecksumAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256";
export type ChecksumType = "COMPOSITE" | "FULL_OBJECT";

/** A checksum being computed over bytes as they pass. */
export interface RunningChecksum {
  update(chunk: Uint8Array): void;
  /** The raw checksum, most significant byte first. */
  digest(): Promise<Uint8Array>;
}

interface AlgorithmFacts {
  readonly lengthBytes: number;
  /** What a multipart upload may ask for; the first one is S3's default. */
  readonly types: readonly [ChecksumType, ...ChecksumType[]];
  start(): RunningChecksum;
}

/**
 * S3's additional checksums.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export const checksumAlgorithms: Readonly<Record<ChecksumAlgorithm, AlgorithmFacts>> = {
  CRC32: { lengthBytes: 4, types: ["COMPOSITE", "FULL_OBJECT"], start: startCrc32 },
  CRC32C: { lengthBytes: 4, types: ["COMPOSITE", "FULL_OBJECT"], start: () => new Crc32c() },
  CRC64NVME: { lengthBytes: 8, types: ["FULL_OBJECT"], start: () => new Crc64Nvme() },
  SHA1: { lengthBytes: 20, types: ["COMPOSITE"], start: () => startHash("sha1") },
  SHA256: { lengthBytes: 32, types: ["COMPOSITE"], start: () => startHash("sha256") },
};

export const checksumAlgorithmNames = Object.keys(checksumAlgorithms) as readonly ChecksumAlgorithm[];

/** The algorithm of that name in any case, or undefined. */
export function findChecksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
  return checksumAlgorithmNames.find((algorithm) => algorithm === name.toUpperCase());
}

/** The request and response header of an algorithm, such as `x-amz-checksum-crc32`. */
export function checksumHeaderName(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** Whether the text is base64 of a checksum of the algorithm's length. */
export function isChecksumValue(algorithm: ChecksumAlgorithm, text: string): boolean {
  return isBase64Of(text, checksumAlgorithms[algorithm].lengthBytes);
}

/** Whether the text is canonical base64 of that many bytes. */
export function isBase64Of(text: string, lengthBytes: number): boolean {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === lengthBytes && bytes.toString("base64") === text;
}

/** The checksum of bytes at hand, in base64. */
export async function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Promise<string> {
  const running = checksumAlgorithms[algorithm].start();
  running.update(bytes);
  return Buffer.from(await running.digest()).toString("base64");
}

function startCrc32(): RunningChecksum {
  let value = 0;
  return {
    update(chunk) {
      value = zlib.crc32(chunk, value);
    },
    async digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    },
  };
}

function startHash(name: "sha1" | "sha256"): RunningChecksum {
  const hash = createHash(name);
  return {
    update(chunk) {
      hash.update(chunk);
    },
    digest: async () => hash.digest(),
  };
}
