import { log } from "../../src/agent/log.ts";
import type { PreviewPullRequests } from "../../src/agent/pull-requests/preview-pull-requests.ts";
import { readRunRepository } from "../../src/agent/pull-requests/run-pull-request.ts";
import type { TaskOutcome } from "../../src/agent/run-task.ts";
import { countOf } from "../../src/errors/counts.ts";
import { cleanUpPreviews } from "../../src/site/previews/clean-up.ts";
import type { PullRequest } from "../../src/site/previews/pull-request.ts";
import type { RemovalOptions } from "./inputs.ts";
import { openPullRequests, tellRemovals, withRemovalTools } from "./preview-tools.ts";
import type { SiteSurroundings } from "./run-site.ts";

/**
 * Removes previews of closed pull requests, and old ones.
 *
 * @throws {StepError} if they cannot be found; the signal's reason.
 */
export function removePreviews(
  options: RemovalOptions,
  run: SiteSurroundings["run"],
  cancelled: AbortSignal,
): Promise<TaskOutcome> {
  const { access, prefix, previewDays, pullRequest, dryRun } = options;
  const { bucketName, store } = access;
  const place = `s3://${bucketName}/${prefix} ${store.endpoint ? `at ${store.endpoint.host}` : `in ${store.region}`}`;
  const pullRequests = openPullRequests(cancelled);
  const { isAzureRepos } = readRunRepository();
  // The state of a pull request outside Azure Repos cannot be read. If its number is entered, it counts as closed.
  const isNamedClosed = isAzureRepos === false && pullRequest !== undefined;
  const isClosed = async (each: PullRequest) => isNamedClosed || pullRequests.isClosed(each);
  log.info(`Removing previews from ${place}`);
  return withRemovalTools(options, { run, cancelled }, async (tools) => {
    const wanted = {
      rootPrefix: prefix,
      previewDays,
      ...(pullRequest === undefined ? {} : { pullRequest: await pullRequestOf(pullRequest, pullRequests) }),
      dryRun,
    };
    const removed = await cleanUpPreviews(wanted, { ...tools, log, isClosed });
    if (!dryRun) await tellRemovals(removed, bucketName, pullRequests);
    log.info(describeEnd(removed.length, dryRun));
    return { outputs: { previewsRemoved: String(removed.length) }, errors: [] };
  });
}

/** Its number is that of a pull request of this repository, or of the one in which Azure Repos finds it. */
async function pullRequestOf(number: number, pullRequests: PreviewPullRequests): Promise<PullRequest> {
  return { number, repository: await pullRequests.repositoryOf(number) };
}

function describeEnd(removed: number, dryRun: boolean): string {
  if (removed === 0) return "There is no preview to remove";
  const previews = countOf(removed, "preview");
  return dryRun ? `Dry run: nothing was changed. A real run would remove ${previews}` : `Removed ${previews}`;
}
