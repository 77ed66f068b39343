import type { DeleteAction, SkipAction } from "../../sync/plan/plan.ts";
import { isPage } from "../content/cache-preset.ts";
import type { ManifestEntry } from "../manifest/manifest.ts";
import { isForeign } from "../manifest/manifest-entries.ts";
import type { SiteOptions } from "../options.ts";
import { foldersOfNestedSites } from "./nested-sites.ts";
import { redirectOf } from "./redirect-of-object.ts";
import type { ListedObject, SiteState } from "./site-plan.ts";

const DAY_MS = 86_400_000;

/** What happens to objects that were published once and are no longer part of the site. */
export interface StaleObjects {
  readonly deletions: readonly DeleteAction[];
  readonly kept: readonly SkipAction[];
  /** The entries of objects that stay, or may still appear, by name. */
  readonly keptEntries: ReadonlyMap<string, ManifestEntry>;
  /** Names of what a publish has deleted that broke off then, or whose invalidation was refused: caches may hold it. */
  readonly departed: readonly string[];
}

/**
 * What becomes of one object:
 *
 * | published before, and | |
 * |---|---|
 * | not in the bucket any more | forgotten |
 * | not in the bucket, since a publish was deleting it that did not come to its end | forgotten when caches have let go of it |
 * | not in the bucket, though a publish was about to store it | remembered until the next publish: it may be storing it still |
 * | a file now that was skipped with a warning, for example a broken link | remembered |
 * | replaced by somebody since, or in the folder of another site | forgotten |
 * | a page or a redirect | deleted |
 * | an asset that the last publish still had | kept: a page that is open may ask for it |
 * | an asset without which the site has been for `keepRemovedDays` | deleted |
 */
type Fate =
  | { readonly kind: "forgotten" }
  | { readonly kind: "remembered"; readonly entry: ManifestEntry }
  | { readonly kind: "deleted"; readonly stored: ListedObject; readonly reason: string }
  | {
      readonly kind: "kept";
      readonly entry: ManifestEntry;
      readonly reason: string;
    };

/** Decides which objects are deleted now, and which stay for a while. */
export function decideStaleObjects(options: SiteOptions, state: SiteState): StaleObjects {
  const { manifest, objects, listed } = state;
  const deletions: DeleteAction[] = [];
  const kept: SkipAction[] = [];
  const keptEntries = new Map<string, ManifestEntry>();
  const nestedSites = foldersOfNestedSites(listed.keys());
  for (const [name, entry] of manifest?.entries ?? []) {
    if (objects.has(name) || nestedSites.some((folder) => name.startsWith(folder))) continue;
    const fate = fateOf(name, entry, options.keepRemovedDays, state);
    if (fate.kind === "remembered" || fate.kind === "kept") keptEntries.set(name, fate.entry);
    if (fate.kind === "deleted")
      deletions.push({
        kind: "delete",
        path: name,
        relativeKey: name,
        sizeBytes: fate.stored.sizeBytes,
        reason: fate.reason,
        ...redirectOf(name, entry.headers, options),
      });
    if (fate.kind === "kept")
      kept.push({ kind: "skip", path: name, relativeKey: name, sizeBytes: fate.entry.sizeBytes, reason: fate.reason });
  }
  return { deletions, kept, keptEntries, departed: departedNames({ manifest, listed }) };
}

function fateOf(
  name: string,
  entry: ManifestEntry,
  keepRemovedDays: number,
  { listed, skippedPaths, nowMs }: SiteState,
): Fate {
  const stored = listed.get(name);
  const { removedMs } = entry;
  if (!stored) {
    const mayBeStored = isBeingStored(entry) && removedMs === undefined;
    return mayBeStored ? { kind: "remembered", entry: { ...entry, removedMs: nowMs } } : { kind: "forgotten" };
  }
  if (skippedPaths.covers(name)) return { kind: "remembered", entry };
  if (isForeign(entry, stored)) return { kind: "forgotten" };
  if (leavesAtOnce(entry)) return { kind: "deleted", stored, reason: "no longer in the site" };
  const sinceMs = removedMs ?? nowMs;
  const keptMs = keepRemovedDays * DAY_MS;
  if (removedMs !== undefined && nowMs - removedMs >= keptMs)
    return { kind: "deleted", stored, reason: `no longer in the site since ${dayOf(removedMs)}` };
  const until = keptMs > 0 ? `until ${dayOf(sinceMs + keptMs)}` : "until the next publish";
  return {
    kind: "kept",
    // A pending entry stays pending, because the bytes in the bucket are not known.
    entry: { ...entry, sizeBytes: stored.sizeBytes, etag: stored.etag, removedMs: sinceMs },
    reason: `no longer in the site, kept ${until} for open tabs`,
  };
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
