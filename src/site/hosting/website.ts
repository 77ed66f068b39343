import { isDeepStrictEqual } from "node:util";
import type { Bucket } from "../../s3/bucket.ts";
import {
  getWebsiteConfiguration,
  putWebsiteConfiguration,
  type WebsiteConfiguration,
} from "../../s3/buckets/website-configuration.ts";
import { bucketStep } from "./bucket-step.ts";

/**
 * Configures a bucket as a website, unless it is already configured like this.
 *
 * @throws {StepError} if S3 refuses; the signal's reason.
 */
export async function configureWebsite(
  bucket: Bucket,
  wanted: WebsiteConfiguration,
  signal: AbortSignal,
): Promise<"unchanged" | "set"> {
  if (isDeepStrictEqual(await readWebsite(bucket, signal), wanted)) return "unchanged";
  await bucketStep("Setting the website configuration of", bucket, "s3:PutBucketWebsite", signal, () =>
    putWebsiteConfiguration(bucket, wanted, signal),
  );
  return "set";
}

/**
 * The website configuration of a bucket.
 *
 * @returns undefined if there is none.
 * @throws {StepError} if S3 refuses; the signal's reason.
 */
export function readWebsite(bucket: Bucket, signal: AbortSignal): Promise<WebsiteConfiguration | undefined> {
  return bucketStep("Reading the website configuration of", bucket, "s3:GetBucketWebsite", signal, () =>
    getWebsiteConfiguration(bucket, signal),
  );
}
