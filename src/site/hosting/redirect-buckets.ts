import { isDeepStrictEqual } from "node:util";
import type { Bucket } from "../../s3/bucket.ts";
import { bucketExists, ensureBucket } from "../../s3/buckets/create-bucket.ts";
import type { WebsiteRedirect } from "../../s3/buckets/website-configuration.ts";
import { listObjects } from "../../s3/listing/list-objects.ts";
import { StepError } from "../../sync/step-error.ts";
import { bucketStep } from "./bucket-step.ts";
import { configureWebsite, readWebsite } from "./website.ts";

/** A bucket with the name of a domain, whose website endpoint redirects visitors of that domain to the site. */
export interface RedirectBucket {
  readonly bucket: Bucket;
  readonly state: "missing" | "empty" | "ready";
}

export interface RedirectTools {
  /** Prepares the bucket of that name for requests. */
  openBucket(name: string): Bucket;
  readonly signal: AbortSignal;
}

/**
 * Checks the buckets of redirect domains. Nothing is changed.
 *
 * @param domains each is also its bucket's name, as website endpoints require.
 * @throws {StepError} that names all buckets that cannot be used, because they contain objects or are other websites; the signal's reason.
 *
 * Source: "Setting up a redirect" in "Configuring a static website using a custom domain" in the Amazon S3 User Guide.
 */
export async function planRedirectBuckets(
  domains: readonly string[],
  redirect: WebsiteRedirect,
  { openBucket, signal }: RedirectTools,
): Promise<readonly RedirectBucket[]> {
  const planned: RedirectBucket[] = [];
  const problems: string[] = [];
  for (const domain of domains) {
    const bucket = openBucket(domain);
    const state = await stateOf(bucket, redirect, signal);
    if (state === "foreign") problems.push(domain);
    else planned.push({ bucket, state });
  }
  if (problems.length === 0) return planned;
  const names = problems.map((name) => `"${name}"`).join(", ");
  throw new StepError(
    "bucket-in-use",
    `redirectDomains: these buckets already exist, and have objects or are other websites: ${names}. They were not changed. Empty them and delete their website configuration, or remove these domains from the list.`,
  );
}

/**
 * Creates the missing buckets of a plan, and sets their website endpoints to redirect visitors to the site.
 *
 * @param region for new buckets.
 * @throws {StepError} if S3 refuses; the signal's reason.
 */
export async function applyRedirectBuckets(
  planned: readonly RedirectBucket[],
  redirect: WebsiteRedirect,
  region: string,
  signal: AbortSignal,
): Promise<void> {
  for (const { bucket, state } of planned) {
    if (state === "missing") {
      await bucketStep("Creating", bucket, "s3:CreateBucket", signal, () => ensureBucket(bucket, region, signal));
    }
    if (state !== "ready") await configureWebsite(bucket, redirect, signal);
  }
}

async function stateOf(
  bucket: Bucket,
  redirect: WebsiteRedirect,
  signal: AbortSignal,
): Promise<RedirectBucket["state"] | "foreign"> {
  const exists = await bucketStep("Looking for", bucket, "s3:ListBucket", signal, () => bucketExists(bucket, signal));
  if (!exists) return "missing";
  const present = await readWebsite(bucket, signal);
  if (isDeepStrictEqual(present, redirect)) return "ready";
  return present === undefined && (await isEmpty(bucket, signal)) ? "empty" : "foreign";
}

async function isEmpty(bucket: Bucket, signal: AbortSignal): Promise<boolean> {
  return bucketStep("Listing the objects of", bucket, "s3:ListBucket", signal, async () => {
    for await (const _ of listObjects(bucket, "", signal)) return false;
    return true;
  });
}
