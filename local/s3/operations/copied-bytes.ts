import { createHash } from "node:crypto";
import { type ChecksumAlgorithm, checksumAlgorithms } from "../body/checksum-algorithms.ts";
import type { Checksum } from "../body/declaration.ts";
import type { Body } from "../store/bodies.ts";
import type { StoredObject } from "../store/object-version.ts";
import type { ServerState } from "./operation.ts";

/** Bytes that are being copied, with their digests. */
export interface CopiedBytes {
  /** Retained: it is the copy's. */
  readonly body: Body;
  readonly sizeBytes: number;
  readonly md5: Buffer;
  /** Of the algorithm that was asked for. */
  readonly checksum: Checksum | undefined;
}

/**
 * Makes a copy of bytes, which shares their files, and has it made an object or a part. The copy is let go of again
 * when `keep` throws.
 * @param body all of the source's body, or a range of it
 * @param keep takes the copy over
 */
export async function withCopiedBytes<T>(
  { bodies }: ServerState,
  source: StoredObject,
  body: Body,
  algorithm: ChecksumAlgorithm | undefined,
  keep: (copied: CopiedBytes) => T,
): Promise<T> {
  // Before anything is awaited: the source may be deleted meanwhile.
  bodies.retain(body);
  try {
    const sizeBytes = body.reduce((sum, segment) => sum + segment.sizeBytes, 0);
    const digests =
      knownDigests(source, sizeBytes, algorithm) ?? (await computeDigests(bodies.read(body, 0, sizeBytes), algorithm));
    return keep({ body, sizeBytes, ...digests });
  } catch (error) {
    bodies.release(body);
    throw error;
  }
}

type BytesDigests = Pick<CopiedBytes, "md5" | "checksum">;

/** What the source knows of itself, where all of it is copied, so that large bodies need not be read again. */
function knownDigests(
  { md5, checksum, sizeBytes }: StoredObject,
  copiedBytes: number,
  algorithm: ChecksumAlgorithm | undefined,
): BytesDigests | undefined {
  if (md5 === undefined || copiedBytes !== sizeBytes) return undefined;
  if (algorithm === undefined) return { md5, checksum: undefined };
  if (checksum?.algorithm !== algorithm || checksum.type !== "FULL_OBJECT") return undefined;
  return { md5, checksum: { algorithm, value: checksum.value } };
}

async function computeDigests(
  bytes: AsyncIterable<Buffer>,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<BytesDigests> {
  const md5 = createHash("md5");
  const running = algorithm && checksumAlgorithms[algorithm].start();
  for await (const chunk of bytes) {
    md5.update(chunk);
    running?.update(chunk);
  }
  if (algorithm === undefined || running === undefined) return { md5: md5.digest(), checksum: undefined };
  const value = Buffer.from(await running.digest()).toString("base64");
  return { md5: md5.digest(), checksum: { algorithm, value } };
}
