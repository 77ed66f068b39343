import type { CopiedObject } from "../../s3/copying/copy-object.ts";
import type { ManifestEntry } from "../manifest/manifest.ts";
import type { ListedObject, SitePlan } from "../plan/site-plan.ts";
import type { ReleasesBefore } from "./kept-releases.ts";
import { contentName } from "./release-names.ts";

/** An object that is about to be replaced or deleted, and that a release needs to come back. */
export interface Keeping {
  /** As it is listed. */
  readonly source: CopiedObject;
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
  return goes.flatMap(({ relativeKey }) => {
    const stored = listed.get(relativeKey);
    if (!stored) return [];
    const named = new Map<string, { readonly entry: ManifestEntry; readonly release: number }>();
    for (const { number, entries } of records) {
      const entry = entries.get(relativeKey);
      // Records come by their numbers: the last one that needs it counts.
      if (entry?.etag === stored.etag) named.set(contentName(entry), { entry, release: number });
    }
    const source = { key: prefix + relativeKey, sizeBytes: stored.sizeBytes, etag: stored.etag };
    return [...named.values()].flatMap(({ entry, release }) => {
      const kept = listing.find(entry);
      const isKept = kept !== undefined && kept.superseded >= release;
      return isKept ? [] : [{ source, key: prefix + listing.nameFor(entry, lastNumber), entry }];
    });
  });
}
