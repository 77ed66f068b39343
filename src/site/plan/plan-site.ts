import type { PutAction, SkipAction } from "../../sync/plan/plan.ts";
import { belongsToPages, isOfServiceWorker } from "../content/update-files.ts";
import type { ManifestEntry } from "../manifest/manifest.ts";
import { mayBeSameEtag } from "../manifest/manifest-entries.ts";
import type { SiteOptions } from "../options.ts";
import { desiredHeaders, differingHeaders, sharedHeaders } from "./desired-headers.ts";
import { limitDeletions } from "./limit-deletions.ts";
import { checkNestedSites } from "./nested-sites.ts";
import { redirectOf } from "./redirect-of-object.ts";
import type { SiteObject } from "./site-object.ts";
import type { SiteGroup, SitePlan, SiteState } from "./site-plan.ts";
import { decideStaleObjects } from "./stale-objects.ts";

/**
 * Decides what to do with each object. An existing object is unchanged if the manifest has it with the same bytes and headers and
 * nobody has replaced it since. All others are stored. Objects that only exist in the bucket are deleted if the manifest has them; others
 * are not touched.
 *
 * The order makes sure that nothing is visible before what it refers to: new assets; replaced assets, which may refer to new ones; pages
 * with their data and workers, new ones first, because others link to them; the index; replaced service workers, which fetch pages and keep
 * them as the new version; and redirects.
 */
export function planSite(options: SiteOptions, state: SiteState): Omit<SitePlan, "filesFound"> {
  const { objects, digests } = state;
  const shared = sharedHeaders(options);
  const puts: Put[] = [];
  const skips: SkipAction[] = [];
  const entries = new Map<string, ManifestEntry>();
  for (const object of objects.values()) {
    const sha256 = digests.get(object.relativeKey) ?? "";
    const wanted = desiredHeaders(object, shared);
    const { relativeKey, file, storedBytes = 0 } = object;
    const redirect = redirectOf(relativeKey, object.headers, options);
    const subject = {
      path: file?.path ?? relativeKey,
      relativeKey,
      sizeBytes: file?.sizeBytes ?? storedBytes,
      ...redirect,
    };
    const reason = reasonToStore(state, relativeKey, sha256, wanted);
    const listed = state.listed.get(relativeKey);
    if (reason === undefined) skips.push({ kind: "skip", ...subject, reason: "unchanged" });
    else puts.push({ object, action: { kind: "put", ...subject, reason, replaces: listed !== undefined } });
    entries.set(relativeKey, {
      sizeBytes: listed?.sizeBytes ?? 0,
      etag: listed?.etag ?? "",
      sha256,
      headers: wanted,
      ...(object.reusesName ? { reusesName: true } : {}),
    });
  }
  const limited = limitDeletions(options, state, decideStaleObjects(options, state));
  const { deletions, kept, keptEntries, deletedBefore, remarks } = limited;
  for (const [relativeKey, entry] of keptEntries) entries.set(relativeKey, entry);
  const groups = groupPuts(puts);
  return {
    actions: [...groups.flatMap(({ actions }) => actions), ...skips, ...deletions],
    problems: [...checkNestedSites(options, state), ...limited.problems],
    remarks,
    groups,
    deletions,
    kept,
    deletedBefore,
    entries,
  };
}

/** @returns undefined if nothing is to be stored. */
function reasonToStore(
  { listed, manifest }: SiteState,
  relativeKey: string,
  sha256: string,
  wanted: Readonly<Record<string, string>>,
): string | undefined {
  const stored = listed.get(relativeKey);
  const known = manifest?.entries.get(relativeKey);
  if (!stored) return "new";
  if (!known) return "not published by this task before";
  if (known.pending) return "an earlier publish ended early";
  if (!mayBeSameEtag(stored, known) || stored.sizeBytes !== known.sizeBytes) return "changed since it was published";
  if (sha256 !== known.sha256) return "content differs";
  const differing = differingHeaders(wanted, known.headers);
  if (differing.length === 0) return undefined;
  return `${differing.join(", ")} ${differing.length === 1 ? "differs" : "differ"}`;
}

/** An object that is to be stored. */
type Put = { readonly object: SiteObject; readonly action: PutAction };

function groupPuts(puts: readonly Put[]): SiteGroup[] {
  const isOf =
    (...kinds: SiteObject["kind"][]) =>
    ({ object }: Put) =>
      kinds.includes(object.kind);
  const isReplacement = ({ action }: Put) => action.replaces;
  const isWorker = ({ object }: Put) => isOfServiceWorker(object.relativeKey);
  const isWithPages = (put: Put) =>
    put.object.kind === "asset" && (isWorker(put) || belongsToPages(put.object.relativeKey));
  const isWorkerUpdate = (put: Put) => isReplacement(put) && isWithPages(put) && isWorker(put);
  const assets = puts.filter((put) => isOf("asset")(put) && !isWithPages(put));
  const pages = puts.filter((put) => isOf("page")(put) || isWithPages(put));
  const groups: [isVisible: boolean, puts: readonly Put[]][] = [
    [false, assets.filter((put) => !isReplacement(put))],
    [false, assets.filter(isReplacement)],
    [true, pages.filter((put) => !isReplacement(put))],
    [true, pages.filter((put) => isReplacement(put) && !isWorkerUpdate(put))],
    [true, puts.filter(isOf("index"))],
    [true, pages.filter(isWorkerUpdate)],
    [true, puts.filter(isOf("redirect"))],
  ];
  return groups.flatMap(([isVisible, members]) =>
    members.length > 0 ? [{ isVisible, actions: members.map(({ action }) => action) }] : [],
  );
}
