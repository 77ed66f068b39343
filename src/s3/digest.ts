import { createHash, hash } from "node:crypto";
import { createDigest, type DigestAlgorithm, digestOf } from "../checksums/algorithms.ts";
import type { Body } from "../http/messages.ts";
import type { Carrier } from "../http/transport.ts";

/** A body that other threads can digest and send. */
export interface DigestedBody extends Body {
  /** Sends requests with this body. If absent, the bucket's transport sends them. */
  readonly carrier?: Carrier | undefined;
  /** @returns the digest, followed by the one of `alsoBy`. */
  digest?(algorithm: DigestAlgorithm, alsoBy?: DigestAlgorithm): Promise<Buffer>;
}

const SHA256_BYTES = 32;

/** The digests that protect a body during the transfer. */
export interface BodyDigest {
  /** Absent if no checksum is wanted. */
  readonly checksum: Buffer | undefined;
  /** Absent if the payload is not signed. */
  readonly sha256Hex: string | undefined;
}

/**
 * Computes a checksum of a body, and its SHA-256 where `withSha256` asks for it, reading it once, or lets another thread compute them.
 *
 * @throws what reading the body throws.
 */
export async function digestBody(
  body: DigestedBody,
  algorithm: DigestAlgorithm | "none",
  withSha256: boolean,
): Promise<BodyDigest> {
  if (body.digest) return digestElsewhere(body.digest, algorithm, withSha256);
  const begin = () => ({
    checksum: algorithm === "none" ? undefined : createDigest(algorithm),
    sha256: withSha256 ? createHash("sha256") : undefined,
  });
  let digests: ReturnType<typeof begin> | undefined;
  for await (const chunk of body.chunks()) {
    // A small file, by far the most frequent case, takes a fraction of the time here.
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

async function digestElsewhere(
  digest: NonNullable<DigestedBody["digest"]>,
  algorithm: DigestAlgorithm | "none",
  withSha256: boolean,
): Promise<BodyDigest> {
  const sha256 = withSha256 && algorithm !== "SHA256" ? ("SHA256" as const) : undefined;
  const [first, alsoBy] = algorithm === "none" ? [sha256] : [algorithm, sha256];
  if (!first) return { checksum: undefined, sha256Hex: undefined };
  const digests = await digest(first, alsoBy);
  const checksum = alsoBy ? digests.subarray(0, -SHA256_BYTES) : digests;
  return {
    checksum: algorithm === "none" ? undefined : checksum,
    sha256Hex: withSha256 ? digests.subarray(-SHA256_BYTES).toString("hex") : undefined,
  };
}

/** The name of the header that carries a checksum, or the MD5. */
export function checksumHeader(algorithm: DigestAlgorithm): string {
  return algorithm === "MD5" ? "content-md5" : `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The header with a checksum's value, in base64; none if there is no checksum. */
export function checksumHeaders(
  algorithm: DigestAlgorithm | "none",
  checksum: Buffer | undefined,
): Record<string, string> {
  return algorithm === "none" || !checksum ? {} : { [checksumHeader(algorithm)]: checksum.toString("base64") };
}
