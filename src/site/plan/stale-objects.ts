import { REDIRECT_HEADER } from "../../s3/system-metadata.ts";
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
  /** Names of objects that a publish deleted before it ended early, or before its invalidation was refused: caches may still have them. */
  readonly deletedBefore: readonly string[];
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
type StaleDecision =
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
    const decision = decideOne(name, entry, options.keepRemovedDays, state);
    if (decision.kind === "remembered" || decision.kind === "kept") keptEntries.set(name, decision.entry);
    if (decision.kind === "deleted")
      deletions.push({
        kind: "delete",
        path: name,
        relativeKey: name,
        sizeBytes: decision.stored.sizeBytes,
        reason: decision.reason,
        ...redirectOf(name, entry.headers, options),
      });
    if (decision.kind === "kept")
      kept.push({
        kind: "skip",
        path: name,
        relativeKey: name,
        sizeBytes: decision.entry.sizeBytes,
        reason: decision.reason,
      });
  }
  return { deletions, kept, keptEntries, deletedBefore: namesDeletedBefore({ manifest, listed }) };
}

function decideOne(
  name: string,
  entry: ManifestEntry,
  keepRemovedDays: number,
  { listed, skippedPaths, nowMs }: SiteState,
): StaleDecision {
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

function namesDeletedBefore({ manifest, listed }: Pick<SiteState, "manifest" | "listed">): string[] {
  return [...(manifest?.entries ?? [])].flatMap(([relativeKey, { pending }]) =>
    pending?.isLeaving && !listed.has(relativeKey) ? [relativeKey] : [],
  );
}

/** Whether a publish was about to store it, and has not confirmed that: it ended early, or it is still running. */
function isBeingStored({ pending }: ManifestEntry): boolean {
  return pending !== undefined && !pending.isLeaving;
}

/** Whether it is deleted by the first publish without it: a page, or a redirect. */
export function leavesAtOnce({ headers }: ManifestEntry): boolean {
  return isPage(headers["content-type"] ?? "") || headers[REDIRECT_HEADER] !== undefined;
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
