import type { DeleteAction, SkipAction } from "../sync/plan.ts";
import { isPage } from "./content/cache-preset.ts";
import type { ManifestEntry } from "./manifest/manifest.ts";
import type { SiteOptions } from "./options.ts";
import type { ListedObject, SiteState } from "./plan-site.ts";

const DAY_MS = 86_400_000;

/** What becomes of the objects that were published once and are no part of the site any more. */
export interface StaleObjects {
  readonly deletions: readonly DeleteAction[];
  readonly kept: readonly SkipAction[];
  /** Of what is kept, by name. */
  readonly keptEntries: ReadonlyMap<string, ManifestEntry>;
}

/**
 * Decides what goes and what stays for a while:
 *
 * | published before, and | |
 * |---|---|
 * | not in the bucket any more | forgotten |
 * | replaced by somebody since | left, and forgotten |
 * | a page or a redirect | deleted |
 * | an asset that the last publish still had | stays: a page that is open may ask for it |
 * | an asset without which the site has been for `keepRemovedDays` | deleted |
 */
export function decideStale(
  { keepRemovedDays }: SiteOptions,
  { manifest, objects, listed, nowMs }: SiteState,
): StaleObjects {
  const deletions: DeleteAction[] = [];
  const kept: SkipAction[] = [];
  const keptEntries = new Map<string, ManifestEntry>();
  for (const [name, entry] of manifest?.entries ?? []) {
    const stored = listed.get(name);
    if (objects.has(name) || !stored || isForeign(entry, stored)) continue;
    const { removedMs } = entry;
    const subject = { path: name, name, sizeBytes: stored.sizeBytes };
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
      keptEntries.set(name, { ...settled, sizeBytes: stored.sizeBytes, etag: stored.etag, removedMs: sinceMs });
    }
  }
  return { deletions, kept, keptEntries };
}

/** Whether what is there is somebody else's. Of what a publish was about to store when it broke off, the new bytes may be there or the old ones. */
function isForeign({ etag, pending }: ManifestEntry, stored: ListedObject): boolean {
  return pending ? stored.etag === pending.foreignEtag : stored.etag !== etag;
}

/** Whether what it is about leaves with the publish that does without it: a page, or a redirect. */
export function leavesAtOnce({ headers }: ManifestEntry): boolean {
  return isPage(headers["content-type"] ?? "") || headers["x-amz-website-redirect-location"] !== undefined;
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
