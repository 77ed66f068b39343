import { createHash, hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Digest } from "./digest.ts";
import { SlicedCrc } from "./sliced-crc.ts";

/** S3's CRC checksums. The CRCs of parts can be combined into the CRC of the whole object. */
export type CrcAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME";

/** S3's checksums. Source: "Checking object integrity for data uploads in Amazon S3" in the Amazon S3 User Guide. */
export type ChecksumAlgorithm = CrcAlgorithm | "SHA1" | "SHA256";

/** The checksums, and MD5, from which S3 makes ETags. */
export type DigestAlgorithm = ChecksumAlgorithm | "MD5";

/** The algorithms that Node has, by its names. */
const NODE_HASHES = { SHA1: "sha1", SHA256: "sha256", MD5: "md5" } as const;

/** Whether digests of pieces can be combined into the digest of the whole (`combineCrc`). This is only so for CRCs. */
export function isCrc(algorithm: DigestAlgorithm): algorithm is CrcAlgorithm {
  return !(algorithm in NODE_HASHES);
}

/** Processors have instructions for these, so they need at most a third of the time of the others, which take 2 s of CPU per GiB. */
const QUICK: readonly DigestAlgorithm[] = ["CRC32", "SHA1", "SHA256"];

/** Whether digesting bytes that are in memory is faster than reading them from the file again in another thread. */
export function isQuick(algorithm: DigestAlgorithm): boolean {
  return QUICK.includes(algorithm);
}

/** Starts a digest. */
export function createDigest(algorithm: DigestAlgorithm): Digest {
  switch (algorithm) {
    case "CRC32":
      return new Crc32();
    case "CRC32C":
    case "CRC64NVME":
      return new SlicedCrc(algorithm);
    default:
      return createHash(NODE_HASHES[algorithm]);
  }
}

/** The digest of bytes in memory: for small amounts several times faster than `createDigest`. */
export function digestOf(algorithm: DigestAlgorithm, bytes: Uint8Array): Buffer {
  if (algorithm === "CRC32") return bigEndian32(crc32(bytes));
  if (!isCrc(algorithm)) return hash(NODE_HASHES[algorithm], bytes, "buffer");
  const digest = createDigest(algorithm);
  digest.update(bytes);
  return digest.digest();
}

class Crc32 implements Digest {
  #crc = 0;

  update(chunk: Uint8Array): void {
    this.#crc = crc32(chunk, this.#crc);
  }

  digest(): Buffer {
    return bigEndian32(this.#crc);
  }
}

function bigEndian32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
