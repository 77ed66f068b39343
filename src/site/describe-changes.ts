import { describeInvalidations } from "./cloudfront/planned-invalidations.ts";
import { describeDomainPlan } from "./dns/site-domain.ts";
import { describeBucketChanges } from "./hosting/site-bucket.ts";
import type { SiteOptions } from "./options.ts";
import type { PreparedSite } from "./plan/prepared-site.ts";
import type { SiteTools } from "./plan/site-tools.ts";
import { describeReleases } from "./releases/log-releases.ts";

/**
 * What a publish would change besides the site's objects, one imperative for each, for a dry run.
 *
 * @throws {StepError} if that cannot be read; the signal's reason.
 */
export async function describeChanges(site: PreparedSite, options: SiteOptions, tools: SiteTools): Promise<string[]> {
  const forDomain = site.domain ? describeDomainPlan(site.domain) : [];
  const forBucket = await describeBucketChanges(site, options, tools);
  const forReleases = site.releases ? describeReleases(site.releases) : [];
  return [...forBucket, ...describeInvalidations(site, options), ...forDomain, ...forReleases];
}
