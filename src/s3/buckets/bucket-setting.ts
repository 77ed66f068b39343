import { NOT_SUPPORTED_CODES, ServiceError, UnsupportedInputError } from "../../aws/errors/errors.ts";
import type { Bucket } from "../bucket.ts";
import { askBucket, type BucketCommand } from "./bucket-client.ts";

const NOT_SUPPORTED_MESSAGES = {
  policy:
    "This store does not have bucket policies. Set publicRead to false, and make the objects readable in the way that the store offers.",
  website:
    "This store does not have website configurations. Set configureWebsite to false, and serve the site in the way that the store offers.",
} as const;

/** The error for an input that asks for a setting which the store does not have. */
export function settingNotSupported(name: keyof typeof NOT_SUPPORTED_MESSAGES): UnsupportedInputError {
  return new UnsupportedInputError("bucket-setting-not-supported", NOT_SUPPORTED_MESSAGES[name]);
}

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

/**
 * Gives a bucket a setting. A store may say that there is none yet, and then refuse to have one.
 *
 * @throws {UnsupportedInputError} if the store does not have the setting; what `askBucket` throws.
 */
export async function putBucketSetting<Output>(
  bucket: Bucket,
  name: keyof typeof NOT_SUPPORTED_MESSAGES,
  signal: AbortSignal | undefined,
  command: BucketCommand<Output>,
): Promise<void> {
  try {
    await askBucket(bucket, signal, command);
  } catch (error) {
    if (error instanceof ServiceError && NOT_SUPPORTED_CODES.has(error.awsCode)) throw settingNotSupported(name);
    throw error;
  }
}
