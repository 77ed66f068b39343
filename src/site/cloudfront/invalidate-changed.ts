import type { SiteOptions } from "../options.ts";
import type { PreparedSite, SiteTools } from "../prepare.ts";
import { invalidate } from "./invalidation.ts";
import { invalidationPaths, wholeSitePaths } from "./invalidation-paths.ts";

/** What became of the caches. */
export interface EdgeRefresh {
  readonly id?: string;
  /** False where caches may hold for long what was replaced, because no invalidation was begun. */
  readonly isBegun: boolean;
}

/**
 * Has the distribution's caches let go of what a publish has changed or deleted. What goes wrong is a warning.
 *
 * @param names of the objects of which viewers may have another form.
 * @param step tells this invalidation from others of the same publish.
 * @throws the signal's reason.
 */
export async function invalidateChanged(
  site: PreparedSite,
  options: SiteOptions,
  names: readonly string[],
  step: "stored" | "deleted",
  { run, log, signal }: SiteTools,
): Promise<EdgeRefresh> {
  const { distribution, controlPlane, objects } = site;
  const wanted = options.distribution;
  if (!distribution || !controlPlane || !wanted || wanted.invalidate === "none" || names.length === 0)
    return { isBegun: true };
  const changed = new Set(names);
  const paths =
    wanted.invalidate === "all" && step === "stored"
      ? wholeSitePaths(distribution.sitePath)
      : invalidationPaths({
          sitePath: distribution.sitePath,
          changed,
          unchanged: [...objects.keys()].filter((name) => !changed.has(name)),
          indexDocument: options.indexDocument,
        });
  if (paths.length === 0) return { isBegun: true };
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
  const outcome = await invalidate(controlPlane, request, { signal });
  if (outcome.kind === "late" || outcome.kind === "failed") log.warning(outcome.message);
  return { isBegun: outcome.id !== undefined, ...(outcome.id === undefined ? {} : { id: outcome.id }) };
}
