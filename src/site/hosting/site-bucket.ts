import { isDeepStrictEqual } from "node:util";
import { ensureBucket } from "../../s3/buckets/create-bucket.ts";
import type { PlanProblem } from "../../sync/plan/plan.ts";
import { StepError } from "../../sync/step-error.ts";
import { asDone, type Change } from "../change-log.ts";
import type { SiteOptions } from "../options.ts";
import type { PreparedSite } from "../plan/prepared-site.ts";
import type { SiteTools } from "../plan/site-tools.ts";
import { previewAccessOf } from "../previews/preview-access.ts";
import { bucketStep } from "./bucket-step.ts";
import {
  allowPublicRead,
  describePublicRead,
  describeReadStatement,
  type PublicReadPlan,
  planPublicRead,
  restorePublicRead,
} from "./public-read.ts";
import { documentsOf, shareWebsite, type WebsiteChange, type WebsiteDocuments } from "./shared-website.ts";
import { configureWebsite, readWebsite } from "./website.ts";

type Tools = Pick<SiteTools, "bucket" | "log" | "signal">;

/**
 * Creates the bucket if it is missing, and makes the site public, if the inputs ask for it.
 *
 * @returns what was changed for that, and may have to be restored later.
 * @throws {StepError} if S3 refuses; the signal's reason.
 */
export async function prepareBucket(
  { isNewBucket }: PreparedSite,
  options: SiteOptions,
  tools: Tools,
): Promise<PublicReadPlan> {
  const { bucket, log, signal } = tools;
  const { region } = options.access.store;
  if (isNewBucket) {
    await bucketStep("Creating", bucket, "s3:CreateBucket", signal, () => ensureBucket(bucket, region, signal));
    log.info(`Created the bucket ${bucket.name}`);
    // A store without websites is detected before anything is stored.
    if (options.configureWebsite) await readWebsite(bucket, signal);
  }
  if (!options.publicRead || !(await mayOpen(options, tools))) return {};
  const wanted = publicReadOf(options, signal);
  const changes = await allowPublicRead(bucket, { ...wanted, log });
  for (const change of describePublicRead(changes, bucket.name, wanted.prefix)) log.info(asDone(change));
  return changes;
}

/**
 * Makes the site public again, if another publish to the bucket at the same time has undone it.
 *
 * @throws {StepError} if S3 refuses; the signal's reason.
 */
export async function keepPublic(
  done: PublicReadPlan,
  options: SiteOptions,
  { bucket, log, signal }: Tools,
): Promise<void> {
  if (await restorePublicRead(bucket, done, { ...publicReadOf(options, signal), log }))
    log.info(`Another publish had replaced the policy of the bucket ${bucket.name}: added the statement again`);
}

/** What became of the bucket's website configuration. */
export interface WebsiteOutcome {
  /** The index and error document, if this site sets them although it is not at the root of the bucket. */
  readonly documents: WebsiteDocuments | undefined;
  /** Absent if nothing was changed, or nothing was set before. */
  readonly change?: WebsiteChange;
}

/**
 * Sets the website configuration for the site without changing other sites of the bucket, if the inputs ask for it.
 *
 * @throws {StepError} if S3 refuses; the signal's reason.
 */
export async function setWebsite(
  { ownWebsite, neighbours }: PreparedSite,
  { configureWebsite: isAsked, prefix }: SiteOptions,
  { bucket, log, signal }: Tools,
): Promise<WebsiteOutcome> {
  if (!isAsked) return { documents: neighbours.ownDocuments };
  // Another site of the bucket may have changed it since this publish was planned.
  const present = await readWebsite(bucket, signal);
  const shared = shareWebsite(present, ownWebsite, neighbours);
  if (!shared) throw new StepError("website-of-another-site", describeRedirectAll(bucket.name));
  const outcome = await configureWebsite(bucket, shared.website, signal);
  if (outcome === "set") log.info(`Set the website configuration of the bucket ${bucket.name}`);
  // Its rules may have been written by hand, without a copy elsewhere.
  if (outcome === "set" && present) log.info(`The website configuration before that: ${JSON.stringify(present)}`);
  return {
    documents: shared.ownsDocuments && prefix !== "" ? documentsOf(ownWebsite) : undefined,
    ...(outcome === "set" && present ? { change: { before: present, after: shared.website } } : {}),
  };
}

/** A bucket whose website endpoint redirects all visitors to another host. */
function describeRedirectAll(bucketName: string): string {
  return `The website configuration of the bucket "${bucketName}" redirects all requests to another host, and this site did not set it. Publish to another bucket, or delete that configuration.`;
}

/** The same as a problem of the input that a user can change. */
export function foreignWebsiteProblem(input: "configureWebsite" | "rollbackTo", bucketName: string): PlanProblem {
  return { input, code: "website-of-another-site", message: describeRedirectAll(bucketName) };
}

/**
 * What these two functions would do.
 *
 * @throws {StepError} if S3 refuses; the signal's reason.
 */
export async function describeBucketChanges(
  site: PreparedSite,
  options: SiteOptions,
  { bucket, signal }: Tools,
): Promise<Change[]> {
  const { isNewBucket, website } = site;
  const changes: Change[] = [];
  if (isNewBucket) {
    changes.push(`create the bucket ${bucket.name}, and set its website configuration`);
    if (options.publicRead) changes.push(describeReadStatement(bucket.name, options.prefix));
    return changes;
  }
  if (options.publicRead && (await mayOpen(options, { bucket, signal }))) {
    const wanted = publicReadOf(options, signal);
    changes.push(...describePublicRead(await planPublicRead(bucket, wanted), bucket.name, wanted.prefix));
  }
  if (options.configureWebsite) {
    const present = await readWebsite(bucket, signal);
    const before = present ? `, which replaces ${JSON.stringify(present)}` : "";
    if (!isDeepStrictEqual(present, website))
      changes.push(`set the website configuration of the bucket ${bucket.name}${before}`);
  }
  return changes;
}

/** One statement lets everybody read all previews. */
function publicReadOf({ prefix, access, preview }: SiteOptions, signal: AbortSignal) {
  return { prefix: preview?.rootPrefix ?? prefix, partition: partitionOf(access.store.region), signal };
}

/** Whether settings of the bucket may be changed so that everybody can read: for a preview only if the bucket holds nothing else. */
async function mayOpen(
  options: SiteOptions,
  { bucket, signal }: Pick<SiteTools, "bucket" | "signal">,
): Promise<boolean> {
  const { prefix, preview, access } = options;
  if (!preview) return true;
  const wanted = { prefix, rootPrefix: preview.rootPrefix, partition: partitionOf(access.store.region) };
  return (await previewAccessOf(bucket, wanted, signal)) === "to be allowed";
}

/** "Amazon Resource Names" in the IAM User Guide. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
