import { type ChecksumAlgorithm, isCrc } from "../../checksums/algorithms.ts";
import { splitIntoRanges } from "../byte-range.ts";
import { inParallel } from "../concurrency/in-parallel.ts";
import { type DigestedBody, digestBody } from "../digest.ts";
import type { SentPart } from "./multipart-steps.ts";
import type { MultipartSource } from "./multipart-upload.ts";
import type { StoredPart, UnfinishedUpload } from "./unfinished-uploads.ts";

const MD5_BYTES = 16;

/** How parts are compared. */
export interface ReuseOptions {
  readonly checksumAlgorithm: ChecksumAlgorithm | "none";
  readonly parallelParts: number;
  readonly signal: AbortSignal;
}

/**
 * The parts of an unfinished upload that hold the bytes of the source, by number. Anybody who may write to the bucket can store parts, and
 * can make their CRC fit, so that a part has to prove itself:
 *
 * | its checksum | its ETag is the MD5 of the bytes | |
 * |---|---|---|
 * | differs | | sent again |
 * | fits, or is not known | yes | used |
 * | fits, and is a SHA | no | used |
 * | fits, and is a CRC | no, nor that of any other part, as with SSE-KMS | used if this user or role began the upload |
 * | other parts | | sent again |
 *
 * @throws what reading the source throws; the signal's reason.
 */
export async function findReusableParts(
  { sizeBytes, partSizeBytes, part }: MultipartSource,
  { parts, isOwn }: UnfinishedUpload,
  { checksumAlgorithm, parallelParts, signal }: ReuseOptions,
): Promise<ReadonlyMap<number, SentPart>> {
  const ranges = splitIntoRanges(sizeBytes, partSizeBytes);
  const compared = await inParallel(ranges, parallelParts, signal, async (range, index) => {
    const stored = parts.get(index + 1);
    if (stored?.sizeBytes !== range.sizeBytes) return undefined;
    return compare(stored, part(range.startByte, range.sizeBytes), checksumAlgorithm);
  });
  const hasMd5s = compared.some((each) => each?.proof === "md5");
  const reusable = new Map<number, SentPart>();
  for (const [index, each] of compared.entries()) {
    if (!each || each.proof === "none") continue;
    if (each.proof === "crc" && (!isOwn || hasMd5s)) continue;
    reusable.set(index + 1, each.part);
  }
  return reusable;
}

interface ComparedPart {
  readonly part: SentPart;
  /** The best that shows that these are the source's bytes. */
  readonly proof: "md5" | "sha" | "crc" | "none";
}

async function compare(
  stored: StoredPart,
  body: DigestedBody,
  algorithm: ChecksumAlgorithm | "none",
): Promise<ComparedPart> {
  const { checksum, md5 } = await digestsOf(body, algorithm);
  const part = { etag: stored.etag, checksum, sizeBytes: body.sizeBytes };
  const isSame = checksum && stored.checksum?.equals(checksum);
  if (stored.checksum && checksum && !isSame) return { part, proof: "none" };
  if (stored.etag.replaceAll('"', "") === md5.toString("hex")) return { part, proof: "md5" };
  if (!isSame || algorithm === "none") return { part, proof: "none" };
  return { part, proof: isCrc(algorithm) ? "crc" : "sha" };
}

/** Both from one reading, if the body can be digested elsewhere. */
async function digestsOf(
  body: DigestedBody,
  algorithm: ChecksumAlgorithm | "none",
): Promise<{ readonly checksum: Buffer | undefined; readonly md5: Buffer }> {
  if (body.digest && algorithm !== "none") {
    const both = await body.digest(algorithm, "MD5");
    return { checksum: both.subarray(0, -MD5_BYTES), md5: both.subarray(-MD5_BYTES) };
  }
  const { checksum } = await digestBody(body, algorithm, false);
  const { checksum: md5 } = await digestBody(body, "MD5", false);
  return { checksum, md5: md5 as Buffer };
}
