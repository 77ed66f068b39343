import { MAX_OBJECT_SIZE_BYTES, MAX_PARTS } from "../../s3/multipart/part-size.ts";

const MIB = 1024 ** 2;
const MIN_PART_BYTES = 8 * MIB;
/** Fewer than S3 allows, since the archive's size is an estimate. */
const WANTED_PARTS = 9_000;

/**
 * The size of the parts in which an archive is sent: five of them are in memory at once.
 *
 * @param maxBytes what the archive has at most.
 * @param given by an input.
 */
export function partSizeForArchive(maxBytes: number, given: number | undefined): number {
  const largest = MAX_OBJECT_SIZE_BYTES / MAX_PARTS;
  const wanted = Math.ceil(maxBytes / WANTED_PARTS / MIB) * MIB;
  return given ?? Math.min(largest, Math.max(MIN_PART_BYTES, wanted));
}
