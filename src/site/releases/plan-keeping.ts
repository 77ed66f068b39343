import type { CopiedObject } from "../../s3/copying/copy-object.ts";
import type { ManifestEntry } from "../manifest/manifest.ts";
import type { ListedObject, SitePlan } from "../plan/site-plan.ts";
import type { ReleasesBefore } from "./kept-releases.ts";
import { contentName } from "./release-names.ts";

/** Objects that will be replaced or deleted, and that a release needs for a rollback. */
export interface Keeping {
  /** All objects with these bytes and headers, as they are listed. One of them is copied. */
  readonly sources: readonly CopiedObject[];
  /** Where its copy goes. */
  readonly key: string;
  readonly entry: ManifestEntry;
}

/**
 * Finds the objects to keep before a plan is carried out: those that it replaces or deletes and that a record has with the listed ETag.
 * Objects that are already kept long enough are not copied again.
 *
 * @param listed what is below the prefix, by its name.
 */
export function planKeeping(
  { groups, deletions }: Pick<SitePlan, "groups" | "deletions">,
  listed: ReadonlyMap<string, ListedObject>,
  { listing, records, lastNumber }: ReleasesBefore,
  prefix: string,
): Keeping[] {
  const goes = [...groups.flatMap(({ actions }) => actions), ...deletions];
  const keepings = new Map<string, Keeping & { readonly sources: CopiedObject[] }>();
  for (const { relativeKey } of goes) {
    const stored = listed.get(relativeKey);
    if (!stored) continue;
    const named = new Map<string, { readonly entry: ManifestEntry; readonly release: number }>();
    for (const { number, entries } of records) {
      const entry = entries.get(relativeKey);
      // Records are in the order of their numbers; the last one that needs the object counts.
      if (entry?.etag === stored.etag) named.set(contentName(entry), { entry, release: number });
    }
    const source = { key: prefix + relativeKey, sizeBytes: stored.sizeBytes, etag: stored.etag };
    for (const { entry, release } of named.values()) {
      const kept = listing.find(entry);
      if (kept !== undefined && kept.superseded >= release) continue;
      const key = prefix + listing.nameFor(entry, lastNumber);
      const keeping = keepings.get(key);
      if (keeping) keeping.sources.push(source);
      else keepings.set(key, { sources: [source], key, entry });
    }
  }
  return [...keepings.values()];
}
