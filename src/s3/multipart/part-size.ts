const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** Files up to this size are sent in one piece, larger ones in parts of it. */
const PART_SIZE_BYTES = 16 * MIB;

// "Amazon S3 multipart upload limits" in the Amazon S3 User Guide.
export const MAX_PARTS = 10_000;
const MAX_PART_SIZE_BYTES = 5 * GIB;
export const MAX_OBJECT_SIZE_BYTES = MAX_PARTS * MAX_PART_SIZE_BYTES;

/**
 * The size of an object's parts, all but the last: 16 MiB, doubled until 10,000 parts hold the object. It follows
 * from the object's size alone, so that its multipart ETag can be computed from the file later on.
 */
export function partSizeFor(objectSizeBytes: number): number {
  let partSizeBytes = PART_SIZE_BYTES;
  while (partSizeBytes * MAX_PARTS < objectSizeBytes) partSizeBytes *= 2;
  return Math.min(partSizeBytes, MAX_PART_SIZE_BYTES);
}
