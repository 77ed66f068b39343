import { createHash, hash } from "node:crypto";
import type { Body } from "../aws/transport.ts";
import { type ChecksumAlgorithm, createDigest, type DigestAlgorithm, digestOf } from "../checksums/algorithms.ts";

/** A body whose digests can be had from elsewhere, while this thread does something else. */
export interface DigestedBody extends Body {
  digest?(algorithm: DigestAlgorithm): Promise<Buffer>;
}

/** What a body is protected by on its way. */
export interface BodyDigest {
  /** Absent where no checksum is wanted. */
  readonly checksum: Buffer | undefined;
  /** Absent where the payload is not signed. */
  readonly sha256Hex: string | undefined;
}

/**
 * Computes a checksum of a body, and its SHA-256 where `withSha256` asks for it, reading it once, or has them computed elsewhere.
 *
 * @throws what reading the body throws.
 */
export async function digestBody(
  body: DigestedBody,
  algorithm: DigestAlgorithm | "none",
  withSha256: boolean,
): Promise<BodyDigest> {
  if (body.digest) {
    const [checksum, sha256] = await Promise.all([
      algorithm === "none" ? undefined : body.digest(algorithm),
      withSha256 ? body.digest("SHA256") : undefined,
    ]);
    return { checksum, sha256Hex: sha256?.toString("hex") };
  }
  const begin = () => ({
    checksum: algorithm === "none" ? undefined : createDigest(algorithm),
    sha256: withSha256 ? createHash("sha256") : undefined,
  });
  let digests: ReturnType<typeof begin> | undefined;
  for await (const chunk of body.chunks()) {
    // The most frequent case by far, a small file, in a fraction of the time.
    if (chunk.length === body.sizeBytes) {
      return {
        checksum: algorithm === "none" ? undefined : digestOf(algorithm, chunk),
        sha256Hex: withSha256 ? hash("sha256", chunk, "hex") : undefined,
      };
    }
    digests ??= begin();
    digests.checksum?.update(chunk);
    digests.sha256?.update(chunk);
  }
  const { checksum, sha256 } = digests ?? begin();
  return { checksum: checksum?.digest(), sha256Hex: sha256?.digest("hex") };
}

/** The name of the header that carries a checksum. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The header with a checksum's value, in base64; none where there is no checksum. */
export function checksumHeaders(
  algorithm: ChecksumAlgorithm | "none",
  checksum: Buffer | undefined,
): Record<string, string> {
  return algorithm === "none" || !checksum ? {} : { [checksumHeader(algorithm)]: checksum.toString("base64") };
}
