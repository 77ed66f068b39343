import type { SentObject } from "../../sync/upload/send-file.ts";
import type { ListedObject, SitePlan } from "../plan/site-plan.ts";
import type { Manifest, ManifestEntry } from "./manifest.ts";

type Entries = ReadonlyMap<string, ManifestEntry>;

/** What the manifest and the bucket said before a publish. */
export interface EarlierState {
  readonly manifest: Manifest | undefined;
  readonly listed: ReadonlyMap<string, ListedObject>;
}

/** What has become of a plan so far. */
export interface Progress {
  readonly stored: ReadonlyMap<string, SentObject>;
  /** Names of what is deleted, and in no cache. */
  readonly deleted: ReadonlySet<string>;
  /** Whether visitors get the new site alone: all is stored, and no cache is known to hold what was replaced. */
  readonly isLive: boolean;
}

/**
 * Whether what is there is somebody else's. Of what a publish was about to store when it broke off, the new bytes may be there or the old
 * ones.
 */
export function isForeign({ etag, pending }: ManifestEntry, stored: ListedObject): boolean {
  return pending && !pending.isLeaving ? stored.etag === pending.foreignEtag : stored.etag !== etag;
}

/** Whether the manifest says already what it would say after the publish. */
export function isSettled({ groups, deletions, entries }: SitePlan, { manifest }: EarlierState): boolean {
  if (!manifest || groups.length > 0 || deletions.length > 0 || manifest.entries.size !== entries.size) return false;
  return [...entries].every(([name, { removedMs }]) => {
    const known = manifest.entries.get(name);
    return known !== undefined && !known.pending && known.removedMs === removedMs;
  });
}

/**
 * The entries of a manifest that says what is about to be stored. Should the publish break off, the next one knows what is the site's: also
 * what had been removed and is back, since visitors may get pages by then that need it.
 */
export function claimedEntries({ groups, entries }: SitePlan, { manifest, listed }: EarlierState): Entries {
  const claimed = new Map(manifest?.entries);
  for (const [name, { removedMs: _, ...entry }] of claimed) {
    const wanted = entries.get(name);
    if (wanted && wanted.removedMs === undefined) claimed.set(name, entry);
  }
  for (const { relativeKey } of groups.flatMap(({ actions }) => actions)) {
    const entry = entries.get(relativeKey);
    const known = manifest?.entries.get(relativeKey);
    const present = listed.get(relativeKey);
    const isTaken = present && (!known || isForeign(known, present));
    if (entry) claimed.set(relativeKey, { ...entry, pending: isTaken ? { foreignEtag: present.etag } : {} });
  }
  return claimed;
}

/**
 * The entries of the manifest as things stand. What is not stored yet, or not deleted yet, is pending. Unless the new site is live, what it
 * replaces is pending too, so that the next publish stores and invalidates it once more; and so is what is deleted, to be invalidated. Unless the new site is live and alone, no asset has
 * been removed, since visitors may still get pages that need it.
 */
export function entriesAfter(plan: SitePlan, before: EarlierState, progress: Progress): Entries {
  const { stored, deleted, isLive } = progress;
  const after = new Map(plan.entries);
  const isAlone = isLive && plan.deletions.every(({ relativeKey }) => deleted.has(relativeKey));
  for (const { relativeKey } of isAlone ? [] : plan.kept) {
    const known = before.manifest?.entries.get(relativeKey);
    if (known) after.set(relativeKey, known);
  }
  for (const name of isLive ? [] : plan.departed) {
    const known = before.manifest?.entries.get(name);
    if (known) after.set(name, known);
  }
  for (const { relativeKey } of plan.deletions) {
    const known = before.manifest?.entries.get(relativeKey);
    const present = before.listed.get(relativeKey);
    if (known && present && !deleted.has(relativeKey))
      after.set(relativeKey, {
        ...known,
        sizeBytes: present.sizeBytes,
        etag: present.etag,
        pending: { isLeaving: true },
      });
  }
  const claimed = claimedEntries(plan, before);
  for (const { relativeKey } of plan.groups.flatMap(({ actions }) => actions)) {
    const sent = stored.get(relativeKey);
    const entry = sent && isLive ? plan.entries.get(relativeKey) : claimed.get(relativeKey);
    if (entry) after.set(relativeKey, sent ? { ...entry, sizeBytes: sent.sizeBytes, etag: sent.etag } : entry);
  }
  return after;
}
