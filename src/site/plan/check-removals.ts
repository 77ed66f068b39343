import { checkDeleteLimit } from "../../sync/plan/delete-limit.ts";
import type { DeleteAction, PlanProblem } from "../../sync/plan/plan.ts";
import type { SiteOptions } from "../options.ts";
import type { SiteState } from "./site-plan.ts";
import { leavesAtOnce } from "./stale-objects.ts";

/**
 * Guards against a publish that would take the site away by mistake. Only pages and redirects are weighed, which go at once: assets change
 * their names with each build, and those whose time is over were left out of the site by an earlier publish.
 */
export function checkRemovals(
  options: SiteOptions,
  { manifest }: SiteState,
  deletions: readonly DeleteAction[],
): PlanProblem[] {
  const pages = new Set([...(manifest?.entries ?? [])].flatMap(([name, entry]) => (leavesAtOnce(entry) ? [name] : [])));
  const problem = checkDeleteLimit(
    deletions.filter(({ relativeKey }) => pages.has(relativeKey)),
    {
      what: "this publish",
      place: `the pages of s3://${options.access.bucketName}/${options.prefix}`,
      total: pages.size,
    },
    options,
  );
  return problem ? [problem] : [];
}
