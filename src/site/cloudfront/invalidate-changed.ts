import type { CodedMessage } from "../../errors/coded-message.ts";
import type { SiteOptions } from "../options.ts";
import type { PreparedSite } from "../plan/prepared-site.ts";
import type { SiteTools } from "../plan/site-tools.ts";
import { invalidate } from "./invalidation.ts";
import { invalidationPaths, wholeSitePaths } from "./invalidation-paths.ts";

/** When in a publish: after everything is stored, or after old objects are deleted. */
export type InvalidationStep = "stored" | "deleted";

/** What caches may have in an old form. */
export interface StaleInCaches {
  /** Of objects, relative to the site. */
  readonly names: readonly string[];
  /** Key prefixes relative to the site, below which redirects became others. */
  readonly redirects: readonly string[];
}

/** The result for the caches. */
export interface EdgeRefresh {
  /** As they were sent; empty if there was nothing to invalidate. */
  readonly paths: readonly string[];
  readonly id?: string;
  readonly isCompleted: boolean;
  /** Why it is not completed, or was not started. */
  readonly failure?: CodedMessage;
  /** False if caches may keep replaced objects for long, because no invalidation was started. */
  readonly isBegun: boolean;
}

/**
 * Invalidates what a publish has changed or deleted in the distribution's caches. Failures are warnings.
 *
 * @param step distinguishes this invalidation from others of the same publish.
 * @throws the signal's reason.
 */
export async function invalidateChanged(
  site: PreparedSite,
  options: SiteOptions,
  stale: StaleInCaches,
  step: InvalidationStep,
  { run, log, signal }: SiteTools,
): Promise<EdgeRefresh> {
  const { distribution, controlPlane } = site;
  const wanted = options.distribution;
  const paths = pathsToInvalidate(site, options, stale, step);
  if (!distribution || !controlPlane || !wanted || paths.length === 0)
    return { paths: [], isCompleted: true, isBegun: true };
  log.info(
    `Invalidating ${paths.length === 1 ? paths[0] : `${paths.length} paths`} of the distribution ${distribution.id}`,
  );
  const request = {
    distributionId: distribution.id,
    paths,
    callerReference: `${run.id}-${step}`,
    waitsForCompletion: wanted.waitForInvalidation,
    timeoutMs: wanted.invalidationTimeoutMs,
  };
  const outcome = await invalidate(controlPlane, request, { signal, log });
  const isFailed = outcome.kind === "late" || outcome.kind === "failed";
  if (isFailed) log.warning(outcome.code, outcome.message);
  return {
    paths,
    isBegun: outcome.id !== undefined,
    isCompleted: outcome.kind === "completed",
    ...(outcome.id === undefined ? {} : { id: outcome.id }),
    ...(isFailed ? { failure: { code: outcome.code, message: outcome.message } } : {}),
  };
}

/**
 * The paths to invalidate.
 *
 * @returns the paths as they are sent; empty if there is no distribution, or nothing to invalidate.
 */
export function pathsToInvalidate(
  { distribution, objects }: Pick<PreparedSite, "distribution" | "objects">,
  options: SiteOptions,
  { names, redirects }: StaleInCaches,
  step: InvalidationStep,
): readonly string[] {
  const { invalidate = "none" } = options.distribution ?? {};
  if (!distribution || invalidate === "none" || names.length + redirects.length === 0) return [];
  if (invalidate === "all" && step === "stored") return wholeSitePaths(distribution.sitePath);
  const changed = new Set(names);
  return invalidationPaths({
    sitePath: distribution.sitePath,
    changed,
    redirects,
    unchanged: [...objects.keys()].filter((name) => !changed.has(name)),
    indexDocument: options.indexDocument,
  });
}
