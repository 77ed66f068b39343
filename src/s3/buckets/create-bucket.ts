import type { BucketLocationConstraint } from "@aws-sdk/client-s3";
import { ServiceError } from "../../aws/errors/errors.ts";
import type { Bucket } from "../bucket.ts";
import { PLACE } from "../sdk/open-client.ts";
import { askBucket } from "./bucket-client.ts";

/** The region whose name is not used in location constraints, because it is older than they are. */
const UNNAMED_REGION = "us-east-1";

/** Codes of stores without regions, or without the named region. */
const LOCATION_REFUSALS = new Set(["IllegalLocationConstraintException", "InvalidLocationConstraint"]);

/**
 * Creates a bucket if it does not exist, with S3's current defaults: private, without ACLs, encrypted.
 *
 * @param region the bucket's region. Stores other than Amazon S3 may ignore it.
 * @throws {ServiceError} with the code BucketAlreadyExists if it belongs to another account; else what `Bucket.send` throws.
 *
 * Source: HeadBucket and CreateBucket in the Amazon S3 API Reference.
 */
export async function ensureBucket(
  bucket: Bucket,
  region: string,
  signal?: AbortSignal,
): Promise<"created" | "exists"> {
  if (await bucketExists(bucket, signal)) return "exists";
  try {
    await createBucket(bucket, region, signal);
    return "created";
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    // Another process created it first, for example another job of this pipeline.
    if (error.awsCode === "BucketAlreadyOwnedByYou") return "exists";
    // Or the answer to this very request was lost, and it was sent again: some stores do not say whose bucket it is.
    if (error.awsCode === "BucketAlreadyExists" && (await mayBeRead(bucket, signal))) return "exists";
    if (bucket.isAmazon || !LOCATION_REFUSALS.has(error.awsCode)) throw error;
  }
  await createBucket(bucket, UNNAMED_REGION, signal);
  return "created";
}

/**
 * Whether a bucket of this name exists, in any account.
 *
 * @throws what `Bucket.send` throws, but for refusals that say so much.
 */
export async function bucketExists(bucket: Bucket, signal?: AbortSignal): Promise<boolean> {
  try {
    await askBucket(bucket, signal, {
      send: (client, sdk) => client.send(new sdk.HeadBucketCommand(PLACE)),
    });
    return true;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { status } = error.details;
    if (status === 404) return false;
    // It exists, but may not be read. Later requests show what is allowed.
    if (status === 403 || status === 405) return true;
    throw error;
  }
}

/** Whether a bucket may be read. */
async function mayBeRead(bucket: Bucket, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await bucket.send({ method: "HEAD", key: "", signal });
    return true;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}

async function createBucket(bucket: Bucket, region: string, signal: AbortSignal | undefined): Promise<void> {
  // The SDK's client has the first region, for which it adds no location constraint.
  const LocationConstraint = region as BucketLocationConstraint;
  const CreateBucketConfiguration =
    region === UNNAMED_REGION ? {} : { CreateBucketConfiguration: { LocationConstraint } };
  await askBucket(bucket, signal, {
    send: (client, sdk) => client.send(new sdk.CreateBucketCommand({ ...PLACE, ...CreateBucketConfiguration })),
  });
}
