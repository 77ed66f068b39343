import { ServiceError } from "../../aws/errors/errors.ts";
import type { Bucket } from "../bucket.ts";
import { askBucket, type BucketCommand } from "./bucket-client.ts";

/** What a store answers that does not have the setting. */
const NOT_SUPPORTED_CODES = new Set(["MethodNotAllowed", "NotImplemented"]);

/**
 * Asks for a setting of a bucket.
 *
 * @returns "none" if it is not set yet; "unsupported" if the store does not have it, and refuses or lists the bucket.
 * @throws what `askBucket` throws.
 */
export async function getBucketSetting<Setting>(
  bucket: Bucket,
  signal: AbortSignal | undefined,
  command: BucketCommand<Setting> & { readonly roots: readonly string[] },
): Promise<Setting | "none" | "unsupported"> {
  try {
    return await askBucket(bucket, signal, command);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { awsCode, details } = error;
    if (NOT_SUPPORTED_CODES.has(awsCode)) return "unsupported";
    if (details.status === 404 && awsCode.startsWith("NoSuch") && awsCode !== "NoSuchBucket") return "none";
    throw error;
  }
}
