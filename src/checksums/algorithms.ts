import { createHash, hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Digest } from "./digest.ts";
import { SlicedCrc } from "./sliced-crc.ts";

/** The CRCs among S3's checksums: those of parts combine into the whole's. */
export type CrcAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME";

/** S3's checksums. Source: "Checking object integrity for data uploads in Amazon S3" in the Amazon S3 User Guide. */
export type ChecksumAlgorithm = CrcAlgorithm | "SHA1" | "SHA256";

/** The checksums, and MD5, of which S3 makes ETags. */
export type DigestAlgorithm = ChecksumAlgorithm | "MD5";

/** The algorithms that Node has, by its names. */
const NODE_HASHES = { SHA1: "sha1", SHA256: "sha256", MD5: "md5" } as const;

/** Whether digests of pieces can be combined into the whole's (`combineCrc`), as those of CRCs can, and no others. */
export function isCrc(algorithm: DigestAlgorithm): algorithm is CrcAlgorithm {
  return !(algorithm in NODE_HASHES);
}

/** Processors have instructions for these: they take a third of the time or less that the others take, 2 s of a core for a GiB. */
const QUICK: readonly DigestAlgorithm[] = ["CRC32", "SHA1", "SHA256"];

/** Whether it takes less time to digest bytes that are at hand than to have another thread read them from a file again. */
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

/** The digest of bytes that are all there: for small amounts several times faster than `createDigest`. */
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
