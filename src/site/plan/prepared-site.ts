import type { WebsiteConfiguration, WebsiteHosting } from "../../s3/buckets/website-configuration.ts";
import type { CopiedObject } from "../../s3/copying/copy-object.ts";
import type { Distribution } from "../cloudfront/distribution.ts";
import type { ControlPlane } from "../control-plane/control-plane.ts";
import type { DomainPlan } from "../dns/site-domain.ts";
import type { WebsiteNeighbours } from "../hosting/shared-website.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ManifestStore } from "../manifest/manifest-store.ts";
import type { ReleasePlan } from "../releases/release-plan.ts";
import type { ResponseHeadersPolicy } from "../rules/response-headers-policy.ts";
import type { SiteAddress } from "./site-address.ts";
import type { SiteObject } from "./site-object.ts";
import type { ListedObject, SitePlan } from "./site-plan.ts";

/** A planned publish, and the data that it was planned from. */
export interface PreparedSite extends SitePlan {
  readonly objects: ReadonlyMap<string, SiteObject>;
  /** SHA-256 in hex, by the object's name. */
  readonly digests: ReadonlyMap<string, string>;
  readonly listed: ReadonlyMap<string, ListedObject>;
  readonly manifest: Manifest | undefined;
  readonly store: ManifestStore;
  readonly isNewBucket: boolean;
  readonly address: SiteAddress;
  /** The website configuration for this site. */
  readonly ownWebsite: WebsiteHosting;
  /** The website configuration for all sites of the bucket. */
  readonly website: WebsiteHosting;
  /** The present one; absent if there is none, or the publish does not set it. */
  readonly presentWebsite?: WebsiteConfiguration;
  readonly neighbours: WebsiteNeighbours;
  readonly distribution?: Distribution;
  /** Set if CloudFront or Route 53 is used. */
  readonly controlPlane?: ControlPlane;
  /** Set if the site has a domain. */
  readonly domain?: DomainPlan;
  /** The settings of a distribution for rules that S3 cannot apply. */
  readonly forCloudFront: {
    readonly function?: string;
    readonly responseHeadersPolicies?: readonly ResponseHeadersPolicy[];
  };
  /** Set if releases are kept. */
  readonly releases?: ReleasePlan;
  /** For a rollback: the source of the copy for each object, by name. */
  readonly sources?: ReadonlyMap<string, CopiedObject>;
  readonly nowMs: number;
}
