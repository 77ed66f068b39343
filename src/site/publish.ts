import { applyDeletions } from "../sync/apply-deletions.ts";
import { makeReport, type TransferObserver, type TransferReport } from "../sync/report.ts";
import { StepError } from "../sync/step-error.ts";
import { invalidateChanged } from "./cloudfront/invalidate-changed.ts";
import { applyDomain } from "./dns/site-domain.ts";
import { prepareBucket, setWebsite } from "./hosting/site-bucket.ts";
import type { ManifestEntry } from "./manifest/manifest.ts";
import { claimedEntries, entriesAfter, isSettled } from "./manifest/manifest-entries.ts";
import { OtherPublishError } from "./manifest/manifest-store.ts";
import type { SiteOptions } from "./options.ts";
import type { PreparedSite, SiteLog, SiteTools } from "./prepare.ts";
import { storeSite } from "./store-site.ts";
import { verifyPublished } from "./verify/verify-published.ts";

/** What a publish came to. */
export interface SiteReport extends TransferReport {
  readonly invalidationId?: string;
  /** Of a hosted zone that was made. */
  readonly nameServers: readonly string[];
}

export interface PublishTools extends SiteTools {
  readonly observer: TransferObserver;
  /** Absolute path of a folder for files that are compressed. */
  readonly scratchFolder: string;
}

/**
 * Publishes a site, in an order in which no visitor meets a page whose assets are missing. Whatever fails, nothing is deleted after it, and
 * the manifest says what is unsettled, for the next publish to put it right.
 *
 * @throws {StepError} where it cannot begin; {OtherPublishError} where another publish has begun since, before anything is deleted; the
 *   signal's reason.
 */
export async function publishSite(site: PreparedSite, options: SiteOptions, tools: PublishTools): Promise<SiteReport> {
  const { signal, log } = tools;
  const errors: string[] = [];
  const nameServers: string[] = [];
  const write = (entries: ReadonlyMap<string, ManifestEntry>) =>
    site.store.write({ run: tools.run, writtenMs: site.nowMs, entries });

  await prepareBucket(site, options, tools);
  const isUnchanged = isSettled(site, site);
  if (site.groups.length > 0) await write(claimedEntries(site, site));
  const storing = await storeGroups(site, options, tools);
  const isWhole = storing.failures.length === 0;
  const stored = storing.done.map(({ name }) => name);
  const replaced = storing.done.flatMap((action) => (action.kind === "put" && action.replaces ? [action.name] : []));
  const outdated = options.distribution?.invalidate === "all" ? stored : replaced;

  if (isWhole) await gather(errors, () => setWebsite(site, options, tools));
  const edge = await invalidateChanged(site, options, outdated, "stored", tools);
  if (isWhole) await gather(errors, async () => void nameServers.push(...(await leadDomain(site, options, tools))));
  if (isWhole && errors.length === 0) errors.push(...(await verify(site, options, tools, stored, nameServers)));

  const isLive = isWhole && edge.isBegun;
  const isDone = isWhole && errors.length === 0;
  const progress = { stored: storing.stored, deleted: new Set<string>(), isLive };
  // Before anything is deleted, another publish that has begun meanwhile is to be met here.
  if (!isUnchanged) await write(entriesAfter(site, site, progress));
  const deleting = isDone ? await deleteStale(site, options, tools) : { done: [], failures: [] };
  if (deleting.done.length > 0) {
    const deleted = new Set(deleting.done.map(({ name }) => name));
    await invalidateChanged(site, options, [...deleted], "deleted", tools);
    await write(entriesAfter(site, site, { ...progress, deleted })).catch((error) => tellOther(error, log));
  }
  if (!isDone && site.deletions.length > 0) log.info("Nothing was deleted, since not everything before it went well");
  if (isDone && !options.verify && site.place.siteUrl) log.info(`The site is at ${site.place.siteUrl}`);
  if (!site.store.isGuarded) log.warning(UNGUARDED);
  signal.throwIfAborted();

  const report = makeReport({
    bucket: tools.bucket.name,
    target: `s3://${tools.bucket.name}/${options.prefix}`,
    planned: site.actions,
    done: [...storing.done, ...deleting.done],
    failures: [...storing.failures, ...deleting.failures],
    bytesTransferred: storing.bytesDone,
    stoppedEarly: storing.stoppedEarly,
    keyOf: ({ name }) => options.prefix + name,
  });
  return {
    ...report,
    errors: [...report.errors, ...errors],
    ...(edge.id === undefined ? {} : { invalidationId: edge.id }),
    nameServers,
  };
}

const UNGUARDED =
  "The store does not go by the If-Match condition of a write, so two publishes at the very same time may not notice each other. " +
  "Let one run at a time, with an exclusive lock check on an environment of the pipeline.";

/** The pages, and what comes after them, are not stored where another publish has begun since. */
function storeGroups(site: PreparedSite, options: SiteOptions, tools: PublishTools) {
  return storeSite(site.groups, site.objects, options, {
    ...tools,
    onStored: (sizeBytes) => tools.observer.stored(sizeBytes),
    actionDone: (action) => tools.observer.actionDone(action),
    async beforeGroup({ isVisible }) {
      if (isVisible) await site.store.confirm();
    },
  });
}

async function leadDomain(site: PreparedSite, options: SiteOptions, tools: SiteTools): Promise<readonly string[]> {
  const { domain, controlPlane } = site;
  return domain && controlPlane ? applyDomain(domain, options, controlPlane, tools) : [];
}

async function verify(
  site: PreparedSite,
  options: SiteOptions,
  tools: SiteTools,
  stored: readonly string[],
  nameServers: readonly string[],
): Promise<readonly string[]> {
  if (!options.verify) return [];
  const verification = await verifyPublished(site, options, tools, stored, nameServers);
  if (!verification) {
    tools.log.info("The site was not verified: enter siteUrl, the URL at which visitors find it.");
    return [];
  }
  const { checksCount, errors } = verification;
  if (errors.length === 0) tools.log.info(`Verified ${checksCount} URLs of ${site.place.siteUrl}`);
  return errors;
}

/** By now the site is whole, and is the other publish's to change; but that one may have counted on what was just deleted. */
function tellOther(error: unknown, log: SiteLog): void {
  if (!(error instanceof OtherPublishError)) throw error;
  log.warning(
    `Another publish to the same place began while this one deleted: ${error.other}. Should its site lack a file, run it again.`,
  );
}

function deleteStale({ deletions }: PreparedSite, { prefix }: SiteOptions, tools: PublishTools) {
  return applyDeletions(deletions, ({ name }) => prefix + name, tools);
}

/** Does what the steps after it do not depend on. */
async function gather(errors: string[], act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    errors.push(error.message);
  }
}
