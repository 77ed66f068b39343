import type { ChecksumAlgorithm, DigestAlgorithm } from "../checksums/algorithms.ts";
import type { ObjectHead } from "./head-object.ts";

/** A digest that bytes can be compared with. */
export interface ObjectChecksum {
  readonly algorithm: DigestAlgorithm;
  readonly digest: Buffer;
  /** Of a composite checksum, the digest of the parts' digests; absent if the digest is that of the whole object. */
  readonly partsCount?: number;
}

/** Of the whole object, those first that are the cheapest to compute. */
const ALGORITHMS: readonly ChecksumAlgorithm[] = ["CRC32", "SHA1", "SHA256", "CRC64NVME", "CRC32C"];

/**
 * Reads an ETag as what it is for most objects: the MD5 of the bytes, or for an object that came in parts the MD5 of the parts' MD5s and
 * their number. (For objects encrypted with SSE-KMS or SSE-C it only looks so.)
 *
 * @param etag without quotation marks.
 * @returns undefined for an ETag of another kind.
 */
export function etagChecksum(etag: string): ObjectChecksum | undefined {
  const [, md5, partsCount] = /^([0-9a-f]{32})(?:-(\d+))?$/i.exec(etag) ?? [];
  if (!md5) return undefined;
  return {
    algorithm: "MD5",
    digest: Buffer.from(md5, "hex"),
    ...(partsCount ? { partsCount: Number(partsCount) } : {}),
  };
}

/** The best checksum that S3 returns for an object: rather of the whole object than of its parts. */
export function checksumOf(head: ObjectHead): ObjectChecksum | undefined {
  let ofParts: ObjectChecksum | undefined;
  for (const algorithm of ALGORITHMS) {
    const [value, partsCount] = head.checksums[algorithm]?.split("-") ?? [];
    if (!value) continue;
    const digest = Buffer.from(value, "base64");
    if (!partsCount) return { algorithm, digest };
    ofParts ??= { algorithm, digest, partsCount: Number(partsCount) };
  }
  const etag = head.isEtagMd5 ? etagChecksum(head.etag) : undefined;
  return etag?.partsCount === undefined ? (etag ?? ofParts) : (ofParts ?? etag);
}
