import type { DeleteAction, SkipAction } from "../../sync/plan/plan.ts";
import { isPage } from "../content/cache-preset.ts";
import type { ManifestEntry } from "../manifest/manifest.ts";
import { isForeign } from "../manifest/manifest-entries.ts";
import type { SiteOptions } from "../options.ts";
import { foldersOfNestedSites } from "./nested-sites.ts";
import type { SiteState } from "./site-plan.ts";

const DAY_MS = 86_400_000;

/** What becomes of the objects that were published once and are no part of the site any more. */
export interface StaleObjects {
  readonly deletions: readonly DeleteAction[];
  readonly kept: readonly SkipAction[];
  /** Of what stays, by name, and of what may yet appear. */
  readonly keptEntries: ReadonlyMap<string, ManifestEntry>;
  /** Names of what a publish has deleted that broke off then, or whose invalidation was refused: caches may hold it. */
  readonly departed: readonly string[];
}

/**
 * Decides what goes and what stays for a while:
 *
 * | published before, and | |
 * |---|---|
 * | not in the bucket any more | forgotten |
 * | not in the bucket, since a publish was deleting it that did not come to its end | forgotten when caches have let go of it |
 * | not in the bucket, though a publish was about to store it | remembered until the next publish: it may be storing it still |
 * | a file now that was left out with a warning, as a broken link | left |
 * | replaced by somebody since, or in the folder of another site | left, and forgotten |
 * | a page or a redirect | deleted |
 * | an asset that the last publish still had | stays: a page that is open may ask for it |
 * | an asset without which the site has been for `keepRemovedDays` | deleted |
 */
export function decideStaleObjects(
  { keepRemovedDays }: SiteOptions,
  { manifest, objects, listed, skippedPaths, nowMs }: SiteState,
): StaleObjects {
  const deletions: DeleteAction[] = [];
  const kept: SkipAction[] = [];
  const keptEntries = new Map<string, ManifestEntry>();
  const nestedSites = foldersOfNestedSites(listed.keys());
  for (const [relativeKey, entry] of manifest?.entries ?? []) {
    if (objects.has(relativeKey) || nestedSites.some((folder) => relativeKey.startsWith(folder))) continue;
    const stored = listed.get(relativeKey);
    const { removedMs } = entry;
    if (stored && skippedPaths.covers(relativeKey)) {
      keptEntries.set(relativeKey, entry);
      continue;
    }
    if (!stored && isBeingStored(entry) && removedMs === undefined)
      keptEntries.set(relativeKey, { ...entry, removedMs: nowMs });
    if (!stored || isForeign(entry, stored)) continue;
    const subject = { path: relativeKey, relativeKey, sizeBytes: stored.sizeBytes };
    if (leavesAtOnce(entry)) {
      deletions.push({ kind: "delete", ...subject, reason: "no longer in the site" });
    } else if (removedMs !== undefined && nowMs - removedMs >= keepRemovedDays * DAY_MS) {
      deletions.push({ kind: "delete", ...subject, reason: `no longer in the site since ${dayOf(removedMs)}` });
    } else {
      const sinceMs = removedMs ?? nowMs;
      const until =
        keepRemovedDays > 0 ? `until ${dayOf(sinceMs + keepRemovedDays * DAY_MS)}` : "until the next publish";
      kept.push({ kind: "skip", ...subject, reason: `no longer in the site, kept ${until} for pages that are open` });
      const { pending: _, ...settled } = entry;
      keptEntries.set(relativeKey, { ...settled, sizeBytes: stored.sizeBytes, etag: stored.etag, removedMs: sinceMs });
    }
  }
  return { deletions, kept, keptEntries, departed: departedNames({ manifest, listed }) };
}

function departedNames({ manifest, listed }: Pick<SiteState, "manifest" | "listed">): string[] {
  return [...(manifest?.entries ?? [])].flatMap(([relativeKey, { pending }]) =>
    pending?.isLeaving && !listed.has(relativeKey) ? [relativeKey] : [],
  );
}

/** Whether a publish was about to store it when it broke off, unless it goes on beside this one. */
function isBeingStored({ pending }: ManifestEntry): boolean {
  return pending !== undefined && !pending.isLeaving;
}

/** Whether what it is about leaves with the publish that does without it: a page, or a redirect. */
export function leavesAtOnce({ headers }: ManifestEntry): boolean {
  return isPage(headers["content-type"] ?? "") || headers["x-amz-website-redirect-location"] !== undefined;
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
