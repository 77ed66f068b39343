import type { CodedMessage } from "../../errors/coded-message.ts";
import { formatCount } from "../../errors/counts.ts";
import { MAX_OBJECT_SIZE_BYTES, MAX_PARTS, partSizeFor } from "../../s3/multipart/part-size.ts";

/** "Object key name" in the Amazon S3 User Guide: at most 1,024 bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;

/**
 * Why S3 takes no object of this key and size, as the end of a sentence; undefined if it does.
 *
 * @param partSizeBytes undefined for the automatic size.
 */
export function refuseObject(
  key: string,
  sizeBytes: number,
  partSizeBytes: number = partSizeFor(sizeBytes),
): CodedMessage | undefined {
  const keyBytes = key.length * 3 > MAX_KEY_BYTES ? Buffer.byteLength(key) : 0;
  if (keyBytes > MAX_KEY_BYTES) {
    const message = `its key would have ${keyBytes} bytes, and S3 allows ${MAX_KEY_BYTES}`;
    return { code: "key-too-long", message };
  }
  if (sizeBytes > MAX_OBJECT_SIZE_BYTES) {
    return { code: "object-too-large", message: "it is larger than the 48.8 TiB that S3 allows" };
  }
  const parts = Math.ceil(sizeBytes / partSizeBytes);
  if (parts > MAX_PARTS) {
    const [count, limit] = [parts, MAX_PARTS].map(formatCount);
    const message = `it would have ${count} parts of ${partSizeBytes / 1024 ** 2} MiB, and S3 allows ${limit}. Increase partSizeMB, or leave it empty`;
    return { code: "too-many-parts", message };
  }
  return undefined;
}
