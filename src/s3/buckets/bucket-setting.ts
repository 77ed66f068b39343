import { ServiceError } from "../../aws/errors/errors.ts";
import type { HttpResponse } from "../../http/messages.ts";
import type { Bucket } from "../bucket.ts";

/** What a store answers that does not have the setting. */
const NOT_SUPPORTED_CODES = new Set(["MethodNotAllowed", "NotImplemented"]);

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
