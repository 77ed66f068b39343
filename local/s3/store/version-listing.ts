import { type ListingPosition, listPage } from "./listing.ts";
import type { ObjectVersion } from "./object-version.ts";
import type { ObjectTable } from "./objects.ts";

const keysAtATime = 1000;

export interface VersionQuery {
  readonly prefix: string;
  /** Keys that have it after the prefix are rolled up; "" for none. */
  readonly delimiter: string;
  readonly position: ListingPosition | undefined;
  /** The last version of the position's key that has been listed; undefined if all of them have. */
  readonly afterVersionId: string | undefined;
  readonly maxKeys: number;
}

export type VersionEntry =
  | { readonly version: ObjectVersion; readonly isLatest: boolean }
  | { readonly commonPrefix: string };

export interface VersionPage {
  readonly entries: readonly VersionEntry[];
  readonly isTruncated: boolean;
}

/** One page of versions, by key and the newest first, and of common prefixes. */
export function listVersions(objects: ObjectTable, query: VersionQuery): VersionPage {
  const entries: VersionEntry[] = [];
  for (const entry of entriesFrom(objects, query)) {
    if (entries.length >= query.maxKeys) return { entries, isTruncated: query.maxKeys > 0 };
    entries.push(entry);
  }
  return { entries, isTruncated: false };
}

function* entriesFrom(objects: ObjectTable, query: VersionQuery): Generator<VersionEntry, void, undefined> {
  const { position, afterVersionId } = query;
  if (position !== undefined && afterVersionId !== undefined) {
    const entries = versionEntries(objects, position.after);
    yield* entries.slice(entries.findIndex(({ version }) => version.versionId === afterVersionId) + 1);
  }
  for (let next = position, isLast = false; !isLast; ) {
    const page = listPage(objects.versionedKeys, { ...query, position: next, maxKeys: keysAtATime });
    for (const entry of page.entries) {
      if ("commonPrefix" in entry) yield entry;
      else yield* versionEntries(objects, entry.key);
    }
    next = page.next;
    isLast = next === undefined;
  }
}

function versionEntries(objects: ObjectTable, key: string): { version: ObjectVersion; isLatest: boolean }[] {
  return objects.versions(key).map((version, i) => ({ version, isLatest: i === 0 }));
}
