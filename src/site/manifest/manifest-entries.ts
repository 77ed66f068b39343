import { isDeepStrictEqual } from "node:util";
import type { SentObject } from "../../sync/upload/send-file.ts";
import type { ListedObject, SitePlan } from "../plan/site-plan.ts";
import type { Manifest, ManifestEntry } from "./manifest.ts";

type Entries = ReadonlyMap<string, ManifestEntry>;

/** The state of manifest and bucket before a publish. */
export interface EarlierState {
  readonly manifest: Manifest | undefined;
  readonly listed: ReadonlyMap<string, ListedObject>;
}

/** The progress of a plan. */
export interface Progress {
  readonly stored: ReadonlyMap<string, SentObject>;
  /** Names of deleted objects that are in no cache. */
  readonly deleted: ReadonlySet<string>;
  /** Whether visitors get only the new site: everything is stored, and no cache is known to have replaced objects. */
  readonly isLive: boolean;
}

/**
 * Whether the object in the bucket belongs to somebody else. If a publish broke off while it stored the object, either the new or the old
 * bytes may be there.
 */
export function isForeign(entry: ManifestEntry, stored: ListedObject): boolean {
  const { pending } = entry;
  return pending && !pending.isLeaving ? stored.etag === pending.foreignEtag : !mayBeSameEtag(stored, entry);
}

/** Whether an object has the ETag of the manifest. An object without an ETag counts as the same. */
export function mayBeSameEtag(stored: ListedObject, { etag }: ManifestEntry): boolean {
  return stored.etag === "" || stored.etag === etag;
}

/** Whether the manifest is already as it would be after the publish. */
export function isUpToDate({ groups, deletions, entries }: SitePlan, { manifest }: EarlierState): boolean {
  if (!manifest || groups.length > 0 || deletions.length > 0 || manifest.entries.size !== entries.size) return false;
  return [...entries].every(([name, entry]) => isDeepStrictEqual(manifest.entries.get(name), entry));
}

/**
 * The entries of a manifest that announces what will be stored. If the publish breaks off, the next one knows which objects belong to the
 * site, including those that had been removed and are back, because visitors may already get pages that need them.
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
 * The entries of the manifest for the current state, from which the next publish continues:
 *
 * | | |
 * |---|---|
 * | stored, and the new site is live | as it was stored |
 * | stored, and the new site is not live | as it was stored, and pending: the next publish stores and invalidates it once more |
 * | not stored yet | as it is claimed |
 * | to be deleted, and not deleted yet, or perhaps still in caches | pending |
 * | kept for open pages, and the new site is live and alone | removed since then |
 * | kept for open pages otherwise | as before: visitors may still get pages that need it |
 */
export function entriesAfter(plan: SitePlan, before: EarlierState, progress: Progress): Entries {
  const { deleted, isLive } = progress;
  const isAlone = isLive && plan.deletions.every(({ relativeKey }) => deleted.has(relativeKey));
  return new Map([
    ...plan.entries,
    ...earlierEntries(isAlone ? [] : plan.kept.map(({ relativeKey }) => relativeKey), before),
    ...earlierEntries(isLive ? [] : plan.deletedBefore, before),
    ...leavingEntries(plan, before, deleted),
    ...storedEntries(plan, before, progress),
  ]);
}

type NamedEntry = readonly [name: string, entry: ManifestEntry];

function earlierEntries(names: readonly string[], { manifest }: EarlierState): NamedEntry[] {
  return names.flatMap((name) => {
    const known = manifest?.entries.get(name);
    return known ? [[name, known] as const] : [];
  });
}

function leavingEntries(
  { deletions }: SitePlan,
  { manifest, listed }: EarlierState,
  deleted: ReadonlySet<string>,
): NamedEntry[] {
  return deletions.flatMap(({ relativeKey: name }) => {
    const known = manifest?.entries.get(name);
    const present = listed.get(name);
    if (!known || !present || deleted.has(name)) return [];
    const { sizeBytes, etag } = present;
    return [[name, { ...known, sizeBytes, etag, pending: { isLeaving: true } }] as const];
  });
}

function storedEntries(plan: SitePlan, before: EarlierState, { stored, isLive }: Progress): NamedEntry[] {
  const claimed = claimedEntries(plan, before);
  return plan.groups.flatMap(({ actions }) =>
    actions.flatMap(({ relativeKey: name }) => {
      const sent = stored.get(name);
      const entry = sent && isLive ? plan.entries.get(name) : claimed.get(name);
      if (!entry) return [];
      return [[name, sent ? { ...entry, sizeBytes: sent.sizeBytes, etag: sent.etag } : entry] as const];
    }),
  );
}
