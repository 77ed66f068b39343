import { InputError } from "../../src/agent/inputs.ts";
import { log } from "../../src/agent/log.ts";
import { publishRun, runBuild, runPage } from "../../src/agent/pipeline-run.ts";
import type { PreviewPullRequests } from "../../src/agent/pull-requests/preview-pull-requests.ts";
import { readRunRepository } from "../../src/agent/pull-requests/run-pull-request.ts";
import type { TaskOutcome } from "../../src/agent/run-task.ts";
import { attachSummary } from "../../src/agent/summary.ts";
import type { CodedMessage } from "../../src/errors/coded-message.ts";
import type { PreviewOptions, SiteOptions } from "../../src/site/options.ts";
import { prepareSite } from "../../src/site/plan/prepare.ts";
import { findSiteAddress } from "../../src/site/plan/site-address.ts";
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
  const { pullRequestPreview, dryRun } = inputs;
  const { name, pullRequest } = pullRequestPreview;
  const { cancelled } = surroundings;
  const pullRequests = openPullRequests(cancelled);
  const work = new PreviewWork(inputs, pullRequests, surroundings);
  const end = await runPreview({
    pullRequest,
    log,
    signal: cancelled,
    standing: () => pullRequests.check(pullRequest),
    publish: () => work.publish(),
    withdraw: () => work.withdraw(),
  }).catch(async (error: unknown) => {
    work.leaveSummary();
    // What failed first matters more than a comment that cannot be written.
    if (!dryRun && !cancelled.aborted)
      await tellFailure(error, work.outcome, inputs, pullRequests).catch(() => undefined);
    throw error;
  });
  const isThere = end.kind === "published" || end.kind === "failed";
  const summaryErrors = isThere ? work.leaveSummary() : [];
  const { outcome } = work;
  const commentUrl = dryRun || cancelled.aborted ? "" : await tell(end, outcome, inputs, pullRequests);
  const removed = end.kind === "published" ? await cleanUp(inputs, pullRequests, surroundings) : work.withdrawnCount;
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

/** What a run does with its preview, up to six times, and what the last time left. */
class PreviewWork {
  readonly #inputs: PreviewTask;
  readonly #pullRequests: PreviewPullRequests;
  readonly #surroundings: SiteSurroundings;
  #preview: PreviewOptions | undefined;
  #summary: string | undefined;
  /** That of the last publish. */
  outcome: SiteOutcome = { outputs: {}, errors: [] };
  withdrawnCount = 0;

  constructor(inputs: PreviewTask, pullRequests: PreviewPullRequests, surroundings: SiteSurroundings) {
    this.#inputs = inputs;
    this.#pullRequests = pullRequests;
    this.#surroundings = surroundings;
  }

  async publish(): Promise<readonly CodedMessage[]> {
    const { access, prefix } = this.#inputs;
    const options = { ...this.#inputs, preview: await this.#previewOptions() };
    const takeSummary = (markdown: string): void => {
      this.#summary = markdown;
    };
    // An id of its own for each time: CloudFront does nothing for an invalidation whose reference it knows.
    const surroundings = { ...this.#surroundings, run: publishRun() };
    const work = { ...siteWork(options), takeSummary };
    this.outcome = await runSite(work, `s3://${access.bucketName}/${prefix}`, surroundings);
    return this.outcome.errors;
  }

  async withdraw(): Promise<void> {
    const { access, prefix, dryRun, pullRequestPreview } = this.#inputs;
    if (dryRun) return;
    const options = await this.#previewOptions();
    const isRemoved = await withRemovalTools(this.#inputs, this.#surroundings, (tools) =>
      withdrawPreview(options, this.outcome.site, tools),
    );
    if (!isRemoved) return;
    this.withdrawnCount = 1;
    const { name } = pullRequestPreview;
    log.info(`Removed the preview ${name}`);
    const place = { bucketName: access.bucketName, prefix };
    await this.#pullRequests.tellRemoval(options.pullRequest, place, name, Date.now());
  }

  /** Adds the summary of the last publish, if there was one, to the run. @returns what went wrong. */
  leaveSummary(): readonly CodedMessage[] {
    const summary = this.#summary;
    const errors: CodedMessage[] = [];
    if (summary !== undefined) writeOrReport(errors, () => attachSummary(summary));
    // What kept the plan file from being written keeps the summary too, and is reported once.
    return this.outcome.outputs.planFile === undefined ? [] : errors;
  }

  /** They stay the same if the pull request cannot be read later. */
  async #previewOptions(): Promise<PreviewOptions> {
    if (this.#preview) return this.#preview;
    const { rootPrefix, hasOwnHost, pullRequestPreview } = this.#inputs;
    const { name, pullRequest: number } = pullRequestPreview;
    const repository = await this.#pullRequests.repositoryOf(number);
    this.#preview = { name, rootPrefix, hasOwnHost, pullRequest: { number, repository } };
    return this.#preview;
  }
}

function siteWork(options: SiteOptions & { readonly preview: PreviewOptions }): SiteWork {
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
  { kind, errors }: { readonly kind: PreviewRunEnd["kind"]; readonly errors: readonly unknown[] },
  { site, report }: SiteOutcome,
  inputs: PreviewTask,
  pullRequests: PreviewPullRequests,
): Promise<string> {
  if (kind === "closed" || kind === "superseded") return "";
  const { pullRequestPreview, access, prefix, rootPrefix } = inputs;
  const { name, pullRequest, comment, previewDays } = pullRequestPreview;
  // The commit that is built is that of the merge, which nobody finds in the pull request.
  const commit = readRunRepository().sourceCommit ?? runBuild().commit;
  // Without a plan, an earlier run may have published it there.
  const { siteUrl } = site?.address ?? findSiteAddress(inputs, undefined);
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

/** Says on the pull request that a publish ended before it could report anything. A newer run says it for itself. */
async function tellFailure(
  error: unknown,
  outcome: SiteOutcome,
  inputs: PreviewTask,
  pullRequests: PreviewPullRequests,
): Promise<void> {
  if ((await pullRequests.check(inputs.pullRequestPreview.pullRequest)) !== "current") return;
  const errors = error instanceof InputError ? error.problems : [error];
  await tell({ kind: "failed", errors }, outcome, inputs, pullRequests);
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
