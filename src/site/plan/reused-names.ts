import { AN_HOUR } from "../content/cache-preset.ts";
import { listSome } from "../list-some.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { SiteObject } from "./site-object.ts";
import type { SiteLog } from "./site-tools.ts";

/** Of more names, the rest is counted. */
const MAX_NAMED_FILES = 20;

/** Objects of which the manifest shows whether their names have fingerprints. */
export interface CheckedNames {
  readonly objects: ReadonlyMap<string, SiteObject>;
  /** Names that looked like fingerprinted ones, and have other bytes than in the publish before. */
  readonly changed: readonly string[];
}

/**
 * Removes the one-year caching of objects whose bytes once changed under the same name. Their names only look fingerprinted, and browsers
 * would keep the old bytes for a year.
 *
 * @param digests SHA-256 of each object's file in hex, by the object's name.
 */
export function checkReusedNames(
  objects: ReadonlyMap<string, SiteObject>,
  digests: ReadonlyMap<string, string>,
  manifest: Manifest | undefined,
): CheckedNames {
  const checked = new Map(objects);
  const changed: string[] = [];
  for (const [name, object] of objects) {
    const known = manifest?.entries.get(name);
    if (!object.isImmutableByName || !known) continue;
    const isChanged = known.sha256 !== digests.get(name);
    if (isChanged) changed.push(name);
    if (isChanged || known.reusesName)
      checked.set(name, { ...object, headers: { ...object.headers, "cache-control": AN_HOUR }, reusesName: true });
  }
  return { objects: checked, changed };
}

/** Warns about names that look fingerprinted but are not. */
export function logReusedNames({ changed }: CheckedNames, log: SiteLog): void {
  if (changed.length === 0) return;
  log.warning(
    "site-name-reused",
    `The content of these files changed, but the hash in their names did not: ${listSome(changed, MAX_NAMED_FILES)}. From now on browsers keep them for an hour, not for a year. Browsers that have the old files may keep them. Rename the files, or set their Cache-Control with cacheControl.`,
  );
}
