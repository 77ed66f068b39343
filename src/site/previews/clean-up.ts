import { countOf } from "../../errors/counts.ts";
import { StepError } from "../../sync/step-error.ts";
import { listSome } from "../list-some.ts";
import { OtherPublishError } from "../manifest/manifest-store.ts";
import type { SiteLog } from "../plan/site-tools.ts";
import { logSharedOrigin } from "./check-place.ts";
import { findPreviews, type Preview, type UnreadableFolder } from "./find-previews.ts";
import { isSamePullRequest, type PullRequest } from "./pull-request.ts";
import { type RemovalTools, removePreview } from "./remove-preview.ts";

export interface CleanUpOptions {
  /** The key prefix of all previews: empty, or with a `/` at its end. */
  readonly rootPrefix: string;
  /** Age since the last publish after which a preview is removed; 0 if no age is enough. */
  readonly previewDays: number;
  /** The name of a preview that is always kept. */
  readonly except?: string;
  /** Whether previews may have the host name of a site beside them, which is a warning. */
  readonly warnsOfSites?: boolean;
  /** To remove only the previews of this pull request. */
  readonly pullRequest?: PullRequest;
  readonly dryRun: boolean;
}

export interface CleanUpTools extends RemovalTools {
  readonly log: SiteLog;
  /** Whether a pull request is known to be completed or abandoned. Throws only the signal's reason. */
  isClosed(pullRequest: PullRequest): Promise<boolean>;
}

const DAY_MS = 86_400_000;
const MAX_NAMED_FOLDERS = 10;

/**
 * Removes previews whose pull request is completed or abandoned, and those that are too old. Each one that cannot be read or removed
 * gives a warning.
 *
 * @returns the previews that are removed, or would be in a real run.
 * @throws {StepError} if the previews cannot be found; the signal's reason.
 */
export async function cleanUpPreviews(options: CleanUpOptions, tools: CleanUpTools): Promise<readonly Preview[]> {
  const { bucket, signal, log } = tools;
  const { previews, unreadable, sitePrefixes } = await findPreviews(bucket, options.rootPrefix, signal);
  if (options.warnsOfSites && sitePrefixes[0] !== undefined) logSharedOrigin(bucket.name, sitePrefixes[0], log);
  if (unreadable.length > 0) log.warning("preview-not-removed", describeUnreadable(unreadable));
  const removed: Preview[] = [];
  for (const preview of previews) {
    if (!isMeant(preview, options, log)) continue;
    const reason = await reasonToRemove(preview, options, tools);
    if (reason === undefined) continue;
    if (options.dryRun) log.info(`Would remove the preview ${preview.name}: ${reason}`);
    if (options.dryRun || (await remove(preview, reason, tools))) removed.push(preview);
  }
  return removed;
}

function isMeant({ name, pullRequest }: Preview, { except, pullRequest: only }: CleanUpOptions, log: SiteLog): boolean {
  if (name === except) return false;
  if (!only || isSamePullRequest(only, pullRequest)) return true;
  if (only.number === pullRequest.number)
    log.info(`The preview ${name} stays, because it is of pull request ${only.number} of another repository`);
  return false;
}

/** @returns undefined if it is kept. */
async function reasonToRemove(
  { pullRequest, isLeaving, publishedMs }: Preview,
  { previewDays }: CleanUpOptions,
  { isClosed, now = Date.now }: CleanUpTools,
): Promise<string | undefined> {
  if (isLeaving) return "an earlier run began to remove it";
  if (await isClosed(pullRequest)) return `pull request ${pullRequest.number} is completed or abandoned`;
  const isOld = previewDays > 0 && now() - publishedMs >= previewDays * DAY_MS;
  return isOld ? `its last publish was on ${new Date(publishedMs).toISOString().slice(0, 10)}` : undefined;
}

async function remove(preview: Preview, reason: string, tools: CleanUpTools): Promise<boolean> {
  const { log } = tools;
  const { name, prefix } = preview;
  const place = `s3://${tools.bucket.name}/${prefix}`;
  try {
    const removal = await removePreview(preview, tools);
    if (removal.kind === "overtaken") {
      log.info(`Another run removed the preview ${name} or published it again meanwhile`);
      return false;
    }
    log.info(`Removed the preview ${name}: ${reason}`);
    if (removal.left > 0)
      log.warning(
        "preview-not-removed",
        `The preview is removed, but ${countOf(removal.left, "object")} in ${place} stay, because this task did not publish them. Delete them if nobody needs them.`,
      );
    return true;
  } catch (error) {
    tools.signal.throwIfAborted();
    log.warning("preview-not-removed", describeFailedRemoval(place, error));
    return false;
  }
}

/** If all have the same cause, one warning is enough. */
function describeUnreadable(unreadable: readonly UnreadableFolder[]): string {
  const places = listSome(
    unreadable.map(({ place }) => place),
    MAX_NAMED_FOLDERS,
  );
  return `It is not known whether there is a preview to remove in ${places}. ${unreadable[0]?.error.message} The next run looks again.`;
}

function describeFailedRemoval(place: string, error: unknown): string {
  if (error instanceof OtherPublishError)
    return `The preview in ${place} was not removed, because another run is publishing it now. The next run looks again.`;
  if (!(error instanceof StepError)) throw error;
  return `The preview in ${place} was not removed: ${error.message} The next run tries it again.`;
}
