import { ServiceError, UnsupportedInputError } from "../../aws/errors/errors.ts";
import type { HttpResponse } from "../../http/messages.ts";
import type { Bucket, S3Request } from "../bucket.ts";

/** What a store answers that does not have the setting. */
const NOT_SUPPORTED_CODES = new Set(["MethodNotAllowed", "NotImplemented"]);

const NOT_SUPPORTED_MESSAGES = {
  policy:
    "This store has no bucket policies. Set publicRead to false, and make the objects readable in the way that the store offers.",
  website:
    "This store has no website configurations of buckets. Set configureWebsite to false, and serve the site in the way that the store offers.",
} as const;

/** The error for an input that asks for a setting which the store does not have. */
export function settingNotSupported(name: keyof typeof NOT_SUPPORTED_MESSAGES): UnsupportedInputError {
  return new UnsupportedInputError("bucket-setting-not-supported", NOT_SUPPORTED_MESSAGES[name]);
}

/**
 * Asks for a setting of a bucket.
 *
 * @param name the query parameter that names it.
 * @returns "none" if it is not set yet; "unsupported" if the store does not have it, and refuses or lists the bucket.
 * @throws what `Bucket.send` throws.
 */
export async function getBucketSetting(
  bucket: Bucket,
  name: "policy" | "publicAccessBlock" | "website",
  signal: AbortSignal | undefined,
): Promise<HttpResponse | "none" | "unsupported"> {
  try {
    const response = await bucket.send({ method: "GET", key: "", query: { [name]: "" }, signal });
    if (response.status === 204) return "none";
    return response.body.includes("<ListBucketResult") ? "unsupported" : response;
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
 * @throws {UnsupportedInputError} if the store does not have the setting; what `Bucket.send` throws.
 */
export async function putBucketSetting(
  bucket: Bucket,
  name: keyof typeof NOT_SUPPORTED_MESSAGES,
  document: Pick<S3Request, "headers" | "body">,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await bucket.send({ method: "PUT", key: "", query: { [name]: "" }, ...document, signal });
  } catch (error) {
    if (error instanceof ServiceError && NOT_SUPPORTED_CODES.has(error.awsCode)) throw settingNotSupported(name);
    throw error;
  }
}
