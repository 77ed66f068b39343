import type { CopiedObject } from "../../s3/copying/copy-object.ts";
import type { ManifestEntry } from "../manifest/manifest.ts";
import type { ListedObject, SitePlan } from "../plan/site-plan.ts";
import type { ReleasesBefore } from "./kept-releases.ts";
import { contentName } from "./release-names.ts";

/** What is about to be replaced or deleted, and a release needs to come back. */
export interface Keeping {
  /** As they are listed: all objects with these bytes and headers, of which one is copied. */
  readonly sources: readonly CopiedObject[];
  /** Where its copy goes. */
  readonly key: string;
  readonly entry: ManifestEntry;
}

/**
 * Finds what has to be kept before a plan is carried out: of all that it replaces or deletes, what any record names with the ETag that is
 * listed now. What is kept already, for as long as those records need it, is not copied again.
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
      // Records come by their numbers: the last one that needs it counts.
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
