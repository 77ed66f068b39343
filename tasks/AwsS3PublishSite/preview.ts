import { log } from "../../src/agent/log.ts";
import { runBuild, runPage } from "../../src/agent/pipeline-run.ts";
import type { PreviewPullRequests } from "../../src/agent/pull-requests/preview-pull-requests.ts";
import { readRunRepository } from "../../src/agent/pull-requests/run-pull-request.ts";
import type { TaskOutcome } from "../../src/agent/run-task.ts";
import { attachSummary } from "../../src/agent/summary.ts";
import type { CodedMessage } from "../../src/errors/coded-message.ts";
import type { PreviewOptions, SiteOptions } from "../../src/site/options.ts";
import { prepareSite } from "../../src/site/plan/prepare.ts";
import { changedPages } from "../../src/site/previews/changed-pages.ts";
import { cleanUpPreviews } from "../../src/site/previews/clean-up.ts";
import { type PreviewRunEnd, runPreview } from "../../src/site/previews/preview-run.ts";
import type { PullRequest } from "../../src/site/previews/pull-request.ts";
import { withdrawPreview } from "../../src/site/previews/withdraw-preview.ts";
import { StepError } from "../../src/sync/step-error.ts";
import { writeOrReport } from "../../src/task/run/transfer.ts";
import type { SiteInputs } from "./inputs.ts";
import { openPullRequests, tellRemovals, withRemovalTools } from "./preview-tools.ts";
import { runSite, type SiteOutcome, type SiteSurroundings, type SiteWork } from "./run-site.ts";

type PreviewTask = Omit<Extract<SiteInputs, { action: "preview" }>, "access"> & SiteOptions;

/**
 * Publishes the preview of a pull request, comments on the pull request, and removes old previews.
 *
 * @throws as `runSite` does.
 */
export async function publishPreview(inputs: PreviewTask, surroundings: SiteSurroundings): Promise<TaskOutcome> {
  const { pullRequestPreview, access, prefix, dryRun } = inputs;
  const { name, pullRequest } = pullRequestPreview;
  const { cancelled } = surroundings;
  const pullRequests = openPullRequests(cancelled);
  let preview: PreviewOptions | undefined;
  let outcome: SiteOutcome = { outputs: {}, errors: [] };
  let summary: string | undefined;

  async function previewOptions(): Promise<PreviewOptions> {
    const repository = await pullRequests.repositoryOf(pullRequest);
    const { rootPrefix, hasOwnHost } = inputs;
    preview ??= { name, rootPrefix, hasOwnHost, pullRequest: { number: pullRequest, repository } };
    return preview;
  }

  let withdrawn = 0;
  const summaryErrors: CodedMessage[] = [];
  const leaveSummary = (): void => {
    const last = summary;
    // What kept the plan file from being written keeps the summary too, and is reported once.
    const errors = outcome.outputs.planFile === undefined ? [] : summaryErrors;
    if (last !== undefined) writeOrReport(errors, () => attachSummary(last));
  };
  const end = await runPreview({
    pullRequest,
    log,
    signal: cancelled,
    standing: () => pullRequests.check(pullRequest),
    async publish() {
      const options = { ...inputs, preview: await previewOptions() };
      const takeSummary = (markdown: string): void => {
        summary = markdown;
      };
      outcome = await runSite(
        { ...previewWork(options), takeSummary },
        `s3://${access.bucketName}/${prefix}`,
        surroundings,
      );
      return outcome.errors;
    },
    async withdraw() {
      if (dryRun) return;
      const options = await previewOptions();
      const isRemoved = await withRemovalTools(inputs, surroundings, (tools) =>
        withdrawPreview(options, outcome.site, tools),
      );
      if (!isRemoved) return;
      withdrawn = 1;
      log.info(`Removed the preview ${name}`);
      await pullRequests.tellRemoval(options.pullRequest, { bucketName: access.bucketName, prefix }, name, Date.now());
    },
  }).catch((error: unknown) => {
    leaveSummary();
    throw error;
  });
  const isThere = end.kind === "published" || end.kind === "failed";
  if (isThere) leaveSummary();
  const commentUrl = dryRun || cancelled.aborted ? "" : await tell(end, outcome, inputs, pullRequests);
  const removed = end.kind === "published" ? await cleanUp(inputs, pullRequests, surroundings) : withdrawn;
  return {
    outputs: {
      ...outcome.outputs,
      siteUrl: isThere ? (outcome.outputs.siteUrl ?? "") : "",
      previewName: name,
      commentUrl,
      previewsRemoved: String(removed),
    },
    errors: [...end.errors, ...summaryErrors],
  };
}

function previewWork(options: SiteOptions & { readonly preview: PreviewOptions }): SiteWork {
  const { source, preview, access, prefix } = options;
  return {
    options,
    folder: source,
    opening: `Publishing ${source} as the preview ${preview.name} to s3://${access.bucketName}/${prefix}`,
    done: "Uploaded",
    prepare: async (tools) => ({ site: await prepareSite(options, tools), options }),
  };
}

/** @returns the URL of the comment; empty if there is none. */
async function tell(
  { kind, errors }: PreviewRunEnd,
  { site, report }: SiteOutcome,
  { pullRequestPreview, access, prefix, rootPrefix }: PreviewTask,
  pullRequests: PreviewPullRequests,
): Promise<string> {
  if (kind === "closed" || kind === "superseded") return "";
  const { name, pullRequest, comment, previewDays } = pullRequestPreview;
  // The commit that is built is that of the merge, which nobody finds in the pull request.
  const commit = readRunRepository().sourceCommit ?? runBuild().commit;
  const { siteUrl } = site?.address ?? {};
  const place = { bucketName: access.bucketName, prefix };
  return pullRequests.tell(
    pullRequest,
    place,
    { rootPrefix, comment },
    {
      name,
      ...(siteUrl ? { siteUrl } : {}),
      ...(kind === "failed" ? { failure: { errors: errors.length } } : {}),
      timeMs: Date.now(),
      ...(commit ? { commit } : {}),
      pages: site ? changedPages(site) : [],
      ...(report?.checks ? { checks: report.checks.checksCount } : {}),
      previewDays,
      run: runPage(),
    },
  );
}

/** @returns how many previews were removed. A failure to find them is a warning, because the preview is published. */
async function cleanUp(
  inputs: PreviewTask,
  pullRequests: PreviewPullRequests,
  surroundings: SiteSurroundings,
): Promise<number> {
  const { rootPrefix, hasOwnHost, access, dryRun, pullRequestPreview } = inputs;
  const { name: except, previewDays } = pullRequestPreview;
  const options = { rootPrefix, previewDays, except, dryRun, warnsOfSites: !hasOwnHost };
  try {
    return await withRemovalTools(inputs, surroundings, async (tools) => {
      const isClosed = (each: PullRequest) => pullRequests.isClosed(each);
      const removed = await cleanUpPreviews(options, { ...tools, log, isClosed });
      if (!dryRun) await tellRemovals(removed, access.bucketName, pullRequests);
      return removed.length;
    });
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const { message }: CodedMessage = error;
    log.warning(
      "preview-not-removed",
      `The preview is published, but old previews could not be searched, so none was removed. ${message} The next run tries it again.`,
    );
    return 0;
  }
}
