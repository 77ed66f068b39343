import type { CodedMessage } from "../errors/coded-message.ts";
import { FolderWriteError } from "../errors/folder-write-error.ts";
import { applyDeletions } from "../sync/apply-deletions.ts";
import type { TransferObserver } from "../sync/report.ts";
import { StepError } from "../sync/step-error.ts";
import { invalidateChanged } from "./cloudfront/invalidate-changed.ts";
import { objectsToInvalidate } from "./cloudfront/objects-to-invalidate.ts";
import { redirectsToInvalidate } from "./cloudfront/redirects-to-invalidate.ts";
import { applyDomain } from "./dns/site-domain.ts";
import { describeRefused, FolderRedirects } from "./folder-redirects.ts";
import type { WebsiteChange } from "./hosting/shared-website.ts";
import { keepPublic, prepareBucket, setWebsite } from "./hosting/site-bucket.ts";
import type { ManifestEntry } from "./manifest/manifest.ts";
import { claimedEntries, entriesAfter, isUpToDate, type Progress } from "./manifest/manifest-entries.ts";
import { OtherPublishError } from "./manifest/manifest-store.ts";
import type { SiteOptions } from "./options.ts";
import type { PreparedSite } from "./plan/prepared-site.ts";
import type { SitePlan } from "./plan/site-plan.ts";
import type { SiteLog, SiteTools } from "./plan/site-tools.ts";
import { PublishRecord, type SiteReport } from "./publish-record.ts";
import { finishReleases, writeMissingRecord } from "./releases/finish-releases.ts";
import { keepObjects } from "./releases/keep-objects.ts";
import { logReleases } from "./releases/log-releases.ts";
import { type ReleasePlan, releaseAfter } from "./releases/release-plan.ts";
import type { ReleaseRecord } from "./releases/release-record.ts";
import { objectRestorer } from "./releases/restore-objects.ts";
import { RunningManifest } from "./running-manifest.ts";
import { withFileStorer } from "./store-files.ts";
import { type StoreTools, storeSite } from "./store-site.ts";
import { verifyPublished } from "./verify/verify-published.ts";

export interface PublishTools extends SiteTools {
  readonly observer: TransferObserver;
  /** Absolute path of a folder for files that are compressed. */
  readonly scratchFolder: string;
}

/**
 * Publishes a site in an order in which no visitor gets a page whose assets are missing. After a failure nothing is deleted, and the
 * manifest says what is not finished, so that the next publish can repair it.
 *
 * @returns what was done, and what failed, also if the publish cannot begin, is cancelled, or another publish has begun before anything is
 * deleted.
 */
export async function publishSite(site: PreparedSite, options: SiteOptions, tools: PublishTools): Promise<SiteReport> {
  const record = new PublishRecord(tools.observer);
  try {
    await publishInOrder(site, options, tools, record);
  } catch (error) {
    record.errors.push(describeEnd(error, tools.signal));
  }
  return record.report(site.actions, site.sources !== undefined, options);
}

/** @throws errors that are not expected reasons for an early end. */
function describeEnd(error: unknown, signal: AbortSignal): CodedMessage {
  if (signal.aborted) return { code: "cancelled", message: CANCELLED };
  const isReason =
    error instanceof StepError || error instanceof OtherPublishError || error instanceof FolderWriteError;
  if (isReason) return error;
  throw error;
}

const CANCELLED =
  "The step was cancelled. The site still works: every page has all its assets, old or new. Run the step again to publish the rest.";

/** @throws {StepError} if it cannot go on; {OtherPublishError} if another publish has begun since; the signal's reason. */
async function publishInOrder(
  site: PreparedSite,
  options: SiteOptions,
  tools: PublishTools,
  record: PublishRecord,
): Promise<void> {
  const { signal, log } = tools;
  const { errors } = record;
  const { releases, deletions } = site;
  const manifest = new RunningManifest(site, tools.run);
  const opened = await prepareBucket(site, options, tools);
  await claim(manifest, site, options, tools);
  const { stored, refused, ...storing } = await storeGroups(site, options, tools, record);
  if (refused.length > 0) log.warning("site-rule-skipped", describeRefused(refused));
  const kept = withoutNames(site, new Set(refused.map(({ action }) => action.relativeKey)));
  record.failed(storing.failures, storing.stoppedEarly);
  const isWhole = storing.failures.length === 0;

  let change: WebsiteChange | undefined;
  if (isWhole) {
    await collectStepError(errors, () => keepPublic(opened, options, tools));
    await collectStepError(errors, async () => {
      ({ documents: manifest.website, change } = await setWebsite(site, options, tools));
    });
  }
  const changed = {
    names: objectsToInvalidate(site, options, record.done),
    redirects: redirectsToInvalidate(site, options, change),
  };
  const edge = await invalidateChanged(site, options, changed, "stored", tools);
  record.invalidated(edge);
  if (isWhole) await collectStepError(errors, () => applyDomainRecords(site, options, tools, record));
  if (isWhole && errors.length === 0) errors.push(...(await verify(site, options, tools, record)));

  const progress = { stored, deleted: new Set<string>(), isLive: isWhole && edge.isBegun };
  const isDone = isWhole && errors.length === 0;
  const release = releases && isDone && progress.isLive ? releaseAfter(releases, shownOf(kept, progress)) : undefined;
  // This write detects a concurrent publish before anything is deleted.
  if (deletions.length === 0) manifest.settle(release);
  // Of a preview, the time of its last publish says how long it stays.
  if (options.preview || !isUpToDate(site, site) || manifest.isChanged)
    await manifest.write(entriesAfter(kept, site, progress));
  const isClean = isDone && (await deleteAndInvalidate(manifest, kept, options, tools, record, { progress, release }));
  if (releases && release && isClean) await settleReleases(releases, release, site, options, tools, record);
  if (!isDone && deletions.length > 0) log.info("Nothing was deleted, because an earlier part of the step failed");
  if (isDone && !options.verify && site.address.siteUrl) log.info(`The site is at ${site.address.siteUrl}`);
  if (!site.store.isGuarded) log.warning("conditional-writes-not-supported", UNGUARDED);
  signal.throwIfAborted();
}

/** The plan without some objects that could not be stored. */
function withoutNames<P extends SitePlan>(plan: P, names: ReadonlySet<string>): P {
  if (names.size === 0) return plan;
  const groups = plan.groups.map((group) => ({
    ...group,
    actions: group.actions.filter(({ relativeKey }) => !names.has(relativeKey)),
  }));
  return { ...plan, groups, entries: new Map([...plan.entries].filter(([name]) => !names.has(name))) };
}

/** Writes to the manifest what will be done, and then copies objects that releases need before they are replaced. */
async function claim(
  manifest: RunningManifest,
  site: PreparedSite,
  options: SiteOptions,
  tools: PublishTools,
): Promise<void> {
  const { releases, groups, deletions } = site;
  if (releases) await writeMissingRecord(releases, options, tools);
  if (groups.length > 0 || (releases && deletions.length > 0)) {
    manifest.begin();
    await manifest.write(claimedEntries(site, site));
  }
  if (releases) await keepObjects(releases.keepings, tools.bucket, options, tools.signal);
}

/** The entries that visitors get, out of the final manifest. */
function shownOf(site: PreparedSite, progress: Progress): Map<string, ManifestEntry> {
  return new Map([...entriesAfter(site, site, progress)].filter(([name]) => site.objects.has(name)));
}

/** @returns whether everything is deleted and the manifest says so. */
async function deleteAndInvalidate(
  manifest: RunningManifest,
  site: PreparedSite,
  options: SiteOptions,
  tools: PublishTools,
  record: PublishRecord,
  { progress, release }: { readonly progress: Progress; readonly release: ReleaseRecord | undefined },
): Promise<boolean> {
  if (site.deletions.length === 0) return true;
  const deleted = await deleteStaleObjects(site, options, tools, record);
  if (deleted.length === 0) return false;
  const edge = await invalidateChanged(site, options, { names: deleted, redirects: [] }, "deleted", tools);
  record.invalidated(edge);
  // Otherwise the next publish learns from the manifest what to invalidate.
  if (!edge.isBegun) return false;
  const isAll = deleted.length === site.deletions.length;
  if (isAll) manifest.settle(release);
  try {
    await manifest.write(entriesAfter(site, site, { ...progress, deleted: new Set(deleted) }));
    return isAll;
  } catch (error) {
    warnOfOtherPublish(error, tools.log);
    return false;
  }
}

const UNGUARDED =
  "This server ignores `If-Match`. Two publishes at the same time may not detect each other. " +
  "Let only one run at a time, for example with an exclusive lock check on an environment.";

/** If another publish has begun since, the pages and later groups are not stored, nor objects that releases need. */
function storeGroups(site: PreparedSite, options: SiteOptions, tools: PublishTools, record: PublishRecord) {
  const { groups, objects, sources, store, releases } = site;
  const storeTools: StoreTools = {
    signal: tools.signal,
    folderRedirects: new FolderRedirects(tools.bucket, objects),
    actionDone: (action, sentBytes) => record.actionDone(action, sentBytes),
    async beforeGroup({ isVisible, actions }) {
      const replaces = actions.some((action) => action.replaces);
      if (isVisible || (releases && replaces)) await store.confirm();
    },
  };
  if (sources) return storeSite(groups, objectRestorer(objects, sources, options, tools), storeTools);
  const fileTools = { ...tools, onMoved: (sizeBytes: number) => tools.observer.moved(sizeBytes) };
  return withFileStorer(objects, options, fileTools, (storer) => storeSite(groups, storer, storeTools));
}

async function applyDomainRecords(
  { domain, controlPlane }: PreparedSite,
  options: SiteOptions,
  tools: SiteTools,
  record: PublishRecord,
): Promise<void> {
  if (domain && controlPlane) record.domain = await applyDomain(domain, options, controlPlane, tools);
}

/** @returns an error for each URL with a wrong answer. */
async function verify(
  site: PreparedSite,
  options: SiteOptions,
  tools: SiteTools,
  record: PublishRecord,
): Promise<readonly CodedMessage[]> {
  if (!options.verify) return [];
  const startMs = performance.now();
  const stored = record.done.map(({ relativeKey }) => relativeKey);
  const verification = await verifyPublished(site, options, tools, stored, record.domain);
  if (!verification) {
    tools.log.info("The site was not checked. Enter siteUrl, the URL that visitors use.");
    return [];
  }
  const { checksCount, errors, siteUrl } = verification;
  record.checks = { checksCount, failuresCount: errors.length, siteUrl };
  const seconds = (performance.now() - startMs) / 1000;
  if (errors.length === 0)
    tools.log.info(`Checked ${checksCount} URLs of ${siteUrl} in ${seconds.toFixed(seconds < 0.095 ? 2 : 1)} s`);
  return errors;
}

/**
 * Records the release that is live now, and deletes the releases that are not kept any longer. If another publish has begun since, it
 * does both itself.
 */
async function settleReleases(
  releases: ReleasePlan,
  release: ReleaseRecord,
  { store }: PreparedSite,
  options: SiteOptions,
  tools: PublishTools,
  record: PublishRecord,
): Promise<void> {
  try {
    record.releases = await finishReleases(releases, release, options, { ...tools, confirm: () => store.confirm() });
    if (record.releases.includes(release)) record.release = release;
    logReleases(releases, release, record.releases, tools.log);
  } catch (error) {
    if (error instanceof StepError) record.errors.push(error);
    else warnOfOtherPublish(error, tools.log);
  }
}

/** The site is complete now, and the other publish may change it. But that one may have relied on objects that were just deleted. */
function warnOfOtherPublish(error: unknown, log: SiteLog): void {
  if (!(error instanceof OtherPublishError)) throw error;
  log.warning(
    "concurrent-publish",
    `Another publish to the same place began while this one deleted files: ${error.other}. If a file is missing in its site, run it again.`,
  );
}

/** @returns the names of what was deleted. */
async function deleteStaleObjects(
  { deletions }: PreparedSite,
  { prefix }: SiteOptions,
  { bucket, signal }: PublishTools,
  record: PublishRecord,
): Promise<string[]> {
  const { done, failures } = await applyDeletions(deletions, ({ relativeKey }) => prefix + relativeKey, {
    bucket,
    signal,
    observer: { actionDone: (action) => record.actionDone(action) },
  });
  record.failed(failures);
  signal.throwIfAborted();
  return done.map(({ relativeKey }) => relativeKey);
}

/** Does what the steps after it do not depend on. */
async function collectStepError(errors: CodedMessage[], act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    errors.push(error);
  }
}
