import type { WebsiteHosting } from "../../s3/buckets/website-configuration.ts";
import { ownPartOf } from "../hosting/shared-website.ts";
import type { SiteOptions } from "../options.ts";
import type { Published } from "../plan/read-published.ts";
import type { SitePlan } from "../plan/site-plan.ts";
import type { SiteTools } from "../plan/site-tools.ts";
import { planKeeping } from "./plan-keeping.ts";
import { readReleases } from "./read-releases.ts";
import type { ReleasePlan } from "./release-plan.ts";
import type { ReleasedSite, ReleaseRun } from "./release-record.ts";

/**
 * Plans what a publish does with the releases of a site.
 *
 * @param site the site's settings after the publish.
 * @returns undefined if none are kept, nor to be kept.
 * @throws {StepError} if the records of the releases cannot be read; the signal's reason.
 */
export async function planReleases(
  { prefix, keepReleases }: SiteOptions,
  site: ReleasedSite,
  published: Published,
  plan: Pick<SitePlan, "groups" | "deletions"> & { readonly nowMs: number },
  tools: SiteTools,
): Promise<ReleasePlan | undefined> {
  const { manifest, listed, listedReleases, presentWebsite, neighbours } = published;
  if (keepReleases === 0 && listedReleases.length === 0) return undefined;
  const { bucket, signal } = tools;
  const source = { bucket, prefix, listed: listedReleases, manifest, signal };
  const before = await readReleases(source, async () => {
    const { website: _, ...rest } = site;
    const website = ownPartOf(presentWebsite, site.website ?? site, neighbours);
    return website ? { ...rest, website } : rest;
  });
  const keepings = planKeeping(plan, listed, before, prefix);
  return { before, keepings, keepReleases, site, run: runOf(tools), nowMs: plan.nowMs };
}

/** The settings of a site, for its release. */
export function releasedSite(
  { indexDocument, singlePageApp, configureWebsite }: SiteOptions,
  errorDocument: string | undefined,
  siteUrl: URL | undefined,
  website: WebsiteHosting,
): ReleasedSite {
  return {
    indexDocument,
    ...(errorDocument === undefined || singlePageApp ? {} : { errorDocument }),
    singlePageApp,
    ...(siteUrl ? { siteUrl: siteUrl.href } : {}),
    ...(configureWebsite ? { website } : {}),
  };
}

/** The run of the pipeline, for its release. */
export function runOf({ run, build }: SiteTools): ReleaseRun {
  return { name: run.name, ...build };
}
