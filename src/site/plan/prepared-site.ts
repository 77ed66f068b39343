import type { WebsiteHosting } from "../../s3/buckets/website-configuration.ts";
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

/** A publish that is planned, and all that it was planned from. */
export interface PreparedSite extends SitePlan {
  readonly objects: ReadonlyMap<string, SiteObject>;
  /** SHA-256 in hex, by the object's name. */
  readonly digests: ReadonlyMap<string, string>;
  readonly listed: ReadonlyMap<string, ListedObject>;
  readonly manifest: Manifest | undefined;
  readonly store: ManifestStore;
  readonly isNewBucket: boolean;
  readonly address: SiteAddress;
  /** What the site itself wants of the bucket's website endpoint. */
  readonly ownWebsite: WebsiteHosting;
  /** How the website endpoint is to answer, to the visitors of other sites of the bucket too. */
  readonly website: WebsiteHosting;
  readonly neighbours: WebsiteNeighbours;
  readonly distribution?: Distribution;
  /** Where CloudFront or Route 53 is asked for. */
  readonly controlPlane?: ControlPlane;
  /** Where the site has a domain. */
  readonly domain?: DomainPlan;
  /** What a distribution would need for what S3 cannot do. */
  readonly forCloudFront: {
    readonly function?: string;
    readonly responseHeadersPolicies?: readonly ResponseHeadersPolicy[];
  };
  /** If releases are kept. */
  readonly releases?: ReleasePlan;
  /** Of a rollback: what is copied for each object that is to be stored, by name. */
  readonly sources?: ReadonlyMap<string, CopiedObject>;
  readonly nowMs: number;
}
