import type { RoutingRule } from "../../s3/buckets/website-configuration.ts";
import type { DeleteAction, Plan, PutAction, SkipAction } from "../../sync/plan/plan.ts";
import type { SkippedPaths } from "../../sync/plan/skipped-paths.ts";
import type { Manifest, ManifestEntry } from "../manifest/manifest.ts";
import type { SiteObject } from "./site-object.ts";

/** An object of the bucket, as in the listing. */
export interface ListedObject {
  readonly sizeBytes: number;
  /** Without quotation marks; empty if the store does not return it. */
  readonly etag: string;
}

/** The data that a plan is made from. */
export interface SiteState {
  readonly objects: ReadonlyMap<string, SiteObject>;
  /** SHA-256 of each object's file, in hex, by the object's name. */
  readonly digests: ReadonlyMap<string, string>;
  /** By name: what the bucket holds under the prefix. */
  readonly listed: ReadonlyMap<string, ListedObject>;
  readonly manifest: Manifest | undefined;
  /** The site's own rules in the bucket's website configuration; empty if the publish does not set it. */
  readonly routingRules: readonly RoutingRule[];
  /** Of files that may be there or not. */
  readonly skippedPaths: SkippedPaths;
  readonly nowMs: number;
}

export interface SiteGroup {
  /** Whether visitors can reach it directly: pages, and what comes after them. */
  readonly isVisible: boolean;
  readonly actions: readonly PutAction[];
}

/** Everything that a publish will do with the objects. */
export interface SitePlan extends Plan {
  /** The objects to store, in groups. Each group is complete before the next one starts. */
  readonly groups: readonly SiteGroup[];
  /** Last of all. */
  readonly deletions: readonly DeleteAction[];
  /** Objects that the site no longer uses, but open pages may still need. */
  readonly kept: readonly SkipAction[];
  /** Names of objects that were deleted before, and may still be in caches. */
  readonly deletedBefore: readonly string[];
  /** The entries of the manifest when all is done; those of what is stored still lack size and ETag. */
  readonly entries: ReadonlyMap<string, ManifestEntry>;
}
