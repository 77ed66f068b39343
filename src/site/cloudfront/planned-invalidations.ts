import type { SiteOptions } from "../options.ts";
import type { PreparedSite } from "../plan/prepared-site.ts";
import { type InvalidationStep, pathsToInvalidate } from "./invalidate-changed.ts";
import { objectsToInvalidate } from "./objects-to-invalidate.ts";
import { redirectsToInvalidate } from "./redirects-to-invalidate.ts";

/** An invalidation that a successful publish makes. */
export interface PlannedInvalidation {
  readonly after: InvalidationStep;
  /** The paths as they are sent. */
  readonly paths: readonly string[];
}

/** Of more paths, the rest is counted. */
const MAX_NAMED_PATHS = 20;

/** The invalidations of a publish, in their order; none without a distribution. */
export function planInvalidations(site: PreparedSite, options: SiteOptions): PlannedInvalidation[] {
  const { presentWebsite: before, website: after } = site;
  const changed = {
    names: objectsToInvalidate(site, options, site.actions),
    redirects: redirectsToInvalidate(site, options, before && { before, after }),
  };
  const deleted = { names: site.deletions.map(({ relativeKey }) => relativeKey), redirects: [] };
  const planned: PlannedInvalidation[] = [
    { after: "stored", paths: pathsToInvalidate(site, options, changed, "stored") },
    { after: "deleted", paths: pathsToInvalidate(site, options, deleted, "deleted") },
  ];
  return planned.filter(({ paths }) => paths.length > 0);
}

/** One line for each, as an imperative, for a dry run. */
export function describeInvalidations(site: PreparedSite, options: SiteOptions): string[] {
  const when: Readonly<Record<InvalidationStep, string>> = {
    stored: "after the upload",
    deleted: "after the deletion of old files",
  };
  return planInvalidations(site, options).map(({ after, paths }) => {
    const hidden = paths.length - MAX_NAMED_PATHS;
    const named = paths.slice(0, MAX_NAMED_PATHS).join(", ") + (hidden > 0 ? `, and ${hidden} more` : "");
    return `invalidate in the distribution ${site.distribution?.id}, ${when[after]}: ${named}`;
  });
}
