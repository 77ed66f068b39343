import type { BucketLocationConstraint } from "@aws-sdk/client-s3";
import { ServiceError } from "../../aws/errors/errors.ts";
import type { Bucket } from "../bucket.ts";
import { PLACE } from "../sdk/open-client.ts";
import { askBucket } from "./bucket-client.ts";

/** The region whose name is left out of location constraints, for it is older than they are. */
const UNNAMED_REGION = "us-east-1";

/** What stores say that know no regions, or others than the one that is named. */
const LOCATION_REFUSALS = new Set(["IllegalLocationConstraintException", "InvalidLocationConstraint"]);

/**
 * Makes a bucket where there is none. It is made as S3 makes them now: private, without ACLs, encrypted.
 *
 * @param region where the bucket is to be. Stores other than Amazon S3 may pass over it.
 * @param isAmazon whether the store is Amazon S3 itself.
 * @throws {ServiceError} with the code BucketAlreadyExists where it is somebody else's; else what `Bucket.send` throws.
 *
 * Source: HeadBucket and CreateBucket in the Amazon S3 API Reference.
 */
export async function ensureBucket(
  bucket: Bucket,
  region: string,
  isAmazon: boolean,
  signal?: AbortSignal,
): Promise<"created" | "exists"> {
  if (await bucketExists(bucket, signal)) return "exists";
  try {
    await createBucket(bucket, region, signal);
    return "created";
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    // Somebody else was quicker, another job of this pipeline maybe.
    if (error.awsCode === "BucketAlreadyOwnedByYou") return "exists";
    // Or the answer to this very request was lost, and it was sent again: some stores do not say whose bucket it is.
    if (error.awsCode === "BucketAlreadyExists" && (await isOpen(bucket, signal))) return "exists";
    if (isAmazon || !LOCATION_REFUSALS.has(error.awsCode)) throw error;
  }
  await createBucket(bucket, UNNAMED_REGION, signal);
  return "created";
}

/**
 * Whether there is a bucket of this name, whoever's it is.
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
    // It is there, and may not be looked at; what else may be done with it, its use will show.
    if (status === 403 || status === 405) return true;
    throw error;
  }
}

/** Whether a bucket may be looked at. */
async function isOpen(bucket: Bucket, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await bucket.send({ method: "HEAD", key: "", signal });
    return true;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}

async function createBucket(bucket: Bucket, region: string, signal: AbortSignal | undefined): Promise<void> {
  // For the first region the SDK's client, which is of that one, adds none of its own.
  const LocationConstraint = region as BucketLocationConstraint;
  const CreateBucketConfiguration =
    region === UNNAMED_REGION ? {} : { CreateBucketConfiguration: { LocationConstraint } };
  await askBucket(bucket, signal, {
    send: (client, sdk) => client.send(new sdk.CreateBucketCommand({ ...PLACE, ...CreateBucketConfiguration })),
  });
}
