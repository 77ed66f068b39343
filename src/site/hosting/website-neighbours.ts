import type { Bucket } from "../../s3/bucket.ts";
import type { WebsiteConfiguration } from "../../s3/buckets/website-configuration.ts";
import { headObject, isNotFound } from "../../s3/head-object.ts";
import { MANIFEST_NAME, type Manifest } from "../manifest/manifest.ts";
import { foldersOfNestedSites } from "../plan/nested-sites.ts";
import type { WebsiteNeighbours } from "./shared-website.ts";

/** The content of the bucket before a publish. */
export interface FoundInBucket {
  readonly prefix: string;
  /** Names of all objects below the prefix. */
  readonly listed: Iterable<string>;
  readonly manifest: Manifest | undefined;
  readonly presentWebsite: WebsiteConfiguration | undefined;
}

/**
 * Finds the other sites of a bucket. A manifest at the root that cannot be read counts as another site.
 *
 * @throws the signal's reason.
 */
export async function findNeighbours(
  bucket: Bucket,
  { prefix, listed, manifest, presentWebsite }: FoundInBucket,
  signal: AbortSignal,
): Promise<WebsiteNeighbours> {
  return {
    prefix,
    nestedPrefixes: foldersOfNestedSites(listed).map((folder) => prefix + folder),
    // Without a website configuration, nothing can be overwritten.
    hasRootSite: prefix !== "" && presentWebsite !== undefined && (await mayHaveRootSite(bucket, signal)),
    ownDocuments: manifest?.website,
  };
}

async function mayHaveRootSite(bucket: Bucket, signal: AbortSignal): Promise<boolean> {
  try {
    await headObject(bucket, MANIFEST_NAME, { signal });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    return !isNotFound(error);
  }
}
