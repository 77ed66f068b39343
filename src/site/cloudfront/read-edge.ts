import { type ControlPlane, openControlPlane } from "../control-plane/control-plane.ts";
import type { SiteOptions } from "../options.ts";
import { findSiteAddress, type SiteAddress } from "../plan/site-address.ts";
import type { SiteTools } from "../plan/site-tools.ts";
import { type Distribution, readDistribution } from "./distribution.ts";

/** What is in front of the bucket, and where visitors find the site. */
export interface SiteEdge {
  readonly address: SiteAddress;
  readonly distribution?: Distribution;
  /** Absent if the inputs name neither a distribution nor a domain. */
  readonly controlPlane?: ControlPlane;
}

/**
 * Reads the distribution, if there is one, and finds out the site's address.
 *
 * @throws {StepError} if the distribution cannot be read; the signal's reason.
 */
export async function readEdge(options: SiteOptions, tools: SiteTools): Promise<SiteEdge> {
  const { access, prefix, distribution: asked, domain } = options;
  const { bucket, transport, userAgent, signal } = tools;
  if (!asked && !domain) return { address: findSiteAddress(options, undefined) };
  const { store, credentials } = access;
  const controlPlane = await openControlPlane({ region: store.region, credentials, transport, userAgent });
  const origin = { bucketName: bucket.name, prefix };
  const distribution = asked && (await readDistribution(controlPlane, asked.id, origin, signal));
  const address = findSiteAddress(options, distribution);
  return { address, controlPlane, ...(distribution ? { distribution } : {}) };
}
