import { ensureBucket } from "../../s3/create-bucket.ts";
import type { SiteOptions } from "../options.ts";
import type { PreparedSite, SiteTools } from "../prepare.ts";
import { bucketStep } from "./bucket-step.ts";
import { allowPublicRead, describePublicRead, planPublicRead } from "./public-read.ts";
import { configureWebsite, readWebsite, websiteDiffers } from "./website.ts";

type Tools = Pick<SiteTools, "bucket" | "log" | "signal">;

/**
 * Makes the bucket where it is missing, and opens the site to the public, as far as the inputs ask for it.
 *
 * @throws {StepError} where S3 refuses; the signal's reason.
 */
export async function prepareBucket({ isNewBucket }: PreparedSite, options: SiteOptions, tools: Tools): Promise<void> {
  const { bucket, log, signal } = tools;
  const { region, endpoint } = options.access.store;
  if (isNewBucket) {
    await bucketStep("Creating", bucket, "s3:CreateBucket", signal, () =>
      ensureBucket(bucket, region, !endpoint, signal),
    );
    log.info(`Created the bucket ${bucket.name}`);
  }
  if (!options.publicRead) return;
  const changes = await allowPublicRead(bucket, publicReadOf(options, signal));
  for (const line of describePublicRead(changes, bucket.name, options.prefix)) log.info(`Done: ${line}`);
}

/**
 * Has the website endpoint answer as the site wants it, where the inputs ask for it.
 *
 * @throws {StepError} where S3 refuses; the signal's reason.
 */
export async function setWebsite(
  { website }: PreparedSite,
  options: SiteOptions,
  { bucket, log, signal }: Tools,
): Promise<void> {
  if (!options.configureWebsite) return;
  const present = await readWebsite(bucket, signal);
  if ((await configureWebsite(bucket, website, signal)) === "unchanged") return;
  log.info(`Set the website configuration of the bucket ${bucket.name}`);
  // Its rules may have been made by hand, and are nowhere else.
  if (present) log.info(`Before, it was ${JSON.stringify(present)}`);
}

/**
 * What the two would do, a line each.
 *
 * @throws {StepError} where S3 refuses to tell; the signal's reason.
 */
export async function describeBucketChanges(
  site: PreparedSite,
  options: SiteOptions,
  { bucket, signal }: Tools,
): Promise<string[]> {
  const { isNewBucket, website } = site;
  if (isNewBucket) {
    return [
      `create the bucket ${bucket.name}, and set its website configuration`,
      ...(options.publicRead
        ? [`allow everybody s3:GetObject on s3://${bucket.name}/${options.prefix}* in its policy`]
        : []),
    ];
  }
  const lines = options.publicRead
    ? describePublicRead(await planPublicRead(bucket, publicReadOf(options, signal)), bucket.name, options.prefix)
    : [];
  const isDifferent = options.configureWebsite && (await websiteDiffers(bucket, website, signal));
  return isDifferent ? [...lines, `set the website configuration of the bucket ${bucket.name}`] : lines;
}

function publicReadOf({ prefix, access }: SiteOptions, signal: AbortSignal) {
  return { prefix, partition: partitionOf(access.store.region), signal };
}

/** "Amazon Resource Names" in the IAM User Guide. */
function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
