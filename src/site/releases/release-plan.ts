import { isDeepStrictEqual } from "node:util";
import type { ManifestEntry, ReleaseMark } from "../manifest/manifest.ts";
import type { ReleasesBefore } from "./kept-releases.ts";
import type { Keeping } from "./plan-keeping.ts";
import { contentName } from "./release-names.ts";
import type { ReleasedSite, ReleaseRecord, ReleaseRun } from "./release-record.ts";

/** What a publish or rollback will do with the releases of a site. */
export interface ReleasePlan {
  readonly before: ReleasesBefore;
  readonly keepings: readonly Keeping[];
  /** How many releases before the live one to keep; absent for a rollback, which deletes none. */
  readonly keepReleases?: number;
  /** The release to restore; absent for a publish. */
  readonly target?: ReleaseRecord;
  readonly site: ReleasedSite;
  readonly run: ReleaseRun;
  readonly nowMs: number;
}

/** The release in the manifest while the plan is carried out, and after a failure. */
export function markUnderWay({ before, target }: ReleasePlan): ReleaseMark {
  return { number: before.lastNumber, underWay: target ? { rollbackTo: target.content.number } : {} };
}

/** The release in the final manifest; undefined if no releases are kept any more. */
export function markDone({ keepReleases }: ReleasePlan, { number, content }: ReleaseRecord): ReleaseMark | undefined {
  if (keepReleases === 0) return undefined;
  return content.number === number ? { number } : { number, rolledBackTo: content.number };
}

/**
 * The release that visitors get in the end. If it shows the same content as the live one, it is the live one.
 *
 * @param shown the site's entries in the final manifest.
 */
export function releaseAfter(plan: ReleasePlan, shown: ReleaseRecord["entries"]): ReleaseRecord {
  const { before, target, site, run, nowMs } = plan;
  const { live, lastNumber, records } = before;
  const isLive = !target || live?.content.number === target.content.number;
  if (live && isLive && isSameSite(live.site, site) && hasSameContent(live.entries, shown))
    return { ...live, entries: shown };
  const number = lastNumber + 1;
  const precededBy = target ? target.precededBy : records.at(-1)?.content.number;
  return {
    number,
    publishedMs: nowMs,
    run,
    content: target ? target.content : { number, run },
    ...(precededBy === undefined ? {} : { precededBy }),
    site,
    entries: shown,
  };
}

/** The final records of a site: one for each content, and not more than the number to keep. */
export function recordsAfter({ before, keepReleases }: ReleasePlan, release: ReleaseRecord): ReleaseRecord[] {
  const others = before.records.filter(
    ({ number, content }) => number !== release.number && content.number !== release.content.number,
  );
  if (keepReleases === 0) return [];
  const stay = keepReleases === undefined ? others : others.slice(-keepReleases);
  return [...stay, release];
}

/** Another site URL does not make another release. */
function isSameSite(one: ReleasedSite, other: ReleasedSite): boolean {
  const withoutUrl = ({ siteUrl: _, ...site }: ReleasedSite) => site;
  return isDeepStrictEqual(withoutUrl(one), withoutUrl(other));
}

function hasSameContent(one: ReadonlyMap<string, ManifestEntry>, other: ReadonlyMap<string, ManifestEntry>): boolean {
  if (one.size !== other.size) return false;
  return [...one].every(([name, entry]) => {
    const present = other.get(name);
    return present !== undefined && contentName(present) === contentName(entry);
  });
}
