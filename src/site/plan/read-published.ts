import type { WebsiteConfiguration } from "../../s3/buckets/website-configuration.ts";
import { readWebsite } from "../hosting/website.ts";
import { findNeighbours } from "../hosting/website-neighbours.ts";
import { MANIFEST_NAME, type Manifest } from "../manifest/manifest.ts";
import { ManifestStore } from "../manifest/manifest-store.ts";
import type { SiteOptions } from "../options.ts";
import { previewHeaders } from "../previews/pull-request.ts";
import type { ListedRelease } from "../releases/kept-releases.ts";
import { isOwnRelease, isReleaseName } from "../releases/release-names.ts";
import { readListing } from "./listed-objects.ts";
import type { PreparedSite } from "./prepared-site.ts";
import type { ListedObject } from "./site-plan.ts";
import type { SiteTools } from "./site-tools.ts";

/** The state that an earlier publish left, and the current objects. */
export interface PublishedObjects {
  readonly store: ManifestStore;
  readonly manifest: Manifest | undefined;
  /** By name: what the bucket holds under the prefix, releases apart. */
  readonly listed: ReadonlyMap<string, ListedObject>;
  /** What it holds of the site's releases. */
  readonly listedReleases: readonly ListedRelease[];
}

/** The same, and how the bucket is set up as a website. */
export interface Published extends PublishedObjects, Pick<PreparedSite, "neighbours"> {
  readonly presentWebsite: WebsiteConfiguration | undefined;
}

/**
 * Reads the manifest, and lists what is there.
 *
 * @throws {StepError} if one of them cannot be read; the signal's reason.
 */
export async function readPublishedObjects(
  { prefix, encryption, preview }: Pick<SiteOptions, "prefix" | "encryption" | "preview">,
  tools: SiteTools,
  isNewBucket: boolean,
): Promise<PublishedObjects> {
  const { bucket, signal } = tools;
  const key = prefix + MANIFEST_NAME;
  const headers = preview ? previewHeaders(preview.pullRequest) : {};
  const store = new ManifestStore({ bucket, key, encryption, headers, signal });
  const listed = new Map<string, ListedObject>();
  const listedReleases: ListedRelease[] = [];
  if (isNewBucket) return { store, manifest: undefined, listed, listedReleases };
  // Listed after the manifest was read, so that the listing is not older.
  const manifest = await store.read();
  for (const [name, object] of await readListing({ prefix, encryption }, tools)) {
    if (isOwnRelease(name)) listedReleases.push({ ...object, name });
    else if (name !== MANIFEST_NAME && !isReleaseName(name)) listed.set(name, object);
  }
  return { store, manifest, listed, listedReleases };
}

/**
 * Reads the website configuration of the bucket, if needed, and finds its other sites.
 *
 * @throws {StepError} if that cannot be read; the signal's reason.
 */
export async function readHosting(
  { manifest, listed }: PublishedObjects,
  { prefix, configureWebsite }: Pick<SiteOptions, "prefix" | "configureWebsite">,
  { bucket, signal }: SiteTools,
): Promise<Pick<Published, "presentWebsite" | "neighbours">> {
  const presentWebsite = configureWebsite ? await readWebsite(bucket, signal) : undefined;
  const found = { prefix, listed: listed.keys(), manifest, presentWebsite };
  return { presentWebsite, neighbours: await findNeighbours(bucket, found, signal) };
}

/**
 * Reads both.
 *
 * @throws {StepError} if something of it cannot be read; the signal's reason.
 */
export async function readPublished(options: SiteOptions, tools: SiteTools, isNewBucket: boolean): Promise<Published> {
  const objects = await readPublishedObjects(options, tools, isNewBucket);
  if (!isNewBucket) return { ...objects, ...(await readHosting(objects, options, tools)) };
  const neighbours = { prefix: options.prefix, nestedPrefixes: [], hasRootSite: false };
  return { ...objects, presentWebsite: undefined, neighbours };
}
