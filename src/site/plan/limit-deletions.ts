import { checkDeleteLimit, exceededLimit, FEW_DELETIONS } from "../../sync/plan/delete-limit.ts";
import { type DeleteAction, nameExamples, type PlanProblem, type PlanRemark } from "../../sync/plan/plan.ts";
import { isForeign } from "../manifest/manifest-entries.ts";
import type { SiteOptions } from "../options.ts";
import type { SiteState } from "./site-plan.ts";
import { leavesAtOnce, type StaleObjects } from "./stale-objects.ts";

/** The deletions of a publish after the checks. */
export interface LimitedDeletions extends StaleObjects {
  /** If there are any, nothing is done. */
  readonly problems: readonly PlanProblem[];
  readonly remarks: readonly PlanRemark[];
}

/**
 * Protects against a publish that would delete the site by mistake, or because of a manipulated manifest. Only existing objects count,
 * so that entries without an object cannot raise the limit.
 *
 * | more than the limit | |
 * |---|---|
 * | pages and redirects, of all of them | a problem: they go at once, so that most likely the build is not whole |
 * | everything to be deleted, of all that was published | assets whose time is over stay, with a warning; the publish goes on |
 *
 * After weeks without a publish, or many within a day, assets of earlier builds can be most of a site: this is not a reason to stop.
 */
export function limitDeletions(options: SiteOptions, state: SiteState, stale: StaleObjects): LimitedDeletions {
  const pages = new Set<string>();
  let total = 0;
  for (const [name, entry] of state.manifest?.entries ?? []) {
    const present = state.listed.get(name);
    if (!present || isForeign(entry, present)) continue;
    total++;
    if (leavesAtOnce(entry)) pages.add(name);
  }
  const { deletions } = stale;
  const isPage = ({ relativeKey }: DeleteAction) => pages.has(relativeKey);
  const site = `s3://${options.access.bucketName}/${options.prefix}`;
  const ofPages = { what: "this publish", place: `the pages of ${site}`, total: pages.size };
  const problem = checkDeleteLimit(deletions.filter(isPage), ofPages, options);
  if (problem) return { ...stale, problems: [problem], remarks: [] };

  const limit = exceededLimit(deletions.length, { total, alwaysAllowed: FEW_DELETIONS }, options.maxDelete);
  if (limit === undefined) return { ...stale, problems: [], remarks: [] };
  const assets = deletions.filter((deletion) => !isPage(deletion));
  const examples = nameExamples(assets.map(({ relativeKey }) => relativeKey));
  const message = `${deletions.length} of ${total} objects that were published to ${site} would be deleted, and the limit is ${limit}. So ${assets.length} assets that the site no longer has are kept (${examples}). To delete them, increase maxDelete.`;
  const remark = { kind: "warning", input: "maxDelete", code: "delete-limit-exceeded", message } as const;
  return { ...keepAssets(stale, assets, state), problems: [], remarks: [remark] };
}

function keepAssets(
  { deletions, kept, keptEntries, deletedBefore }: StaleObjects,
  assets: readonly DeleteAction[],
  { manifest }: SiteState,
): StaleObjects {
  const stays = new Set(assets.map(({ relativeKey }) => relativeKey));
  const entries = [...(manifest?.entries ?? [])].filter(([name]) => stays.has(name));
  return {
    deletions: deletions.filter(({ relativeKey }) => !stays.has(relativeKey)),
    kept: [...kept, ...assets.map((asset) => ({ ...asset, kind: "skip" as const, reason: KEPT_BY_LIMIT }))],
    keptEntries: new Map([...keptEntries, ...entries]),
    deletedBefore,
  };
}

/** Why an asset is not deleted yet. */
export const KEPT_BY_LIMIT = "no longer in the site, kept because of maxDelete";
