import { hash } from "node:crypto";
import type { ErrorCode } from "../../errors/error-codes.ts";
import type { NetworkSettings } from "../../http/network-settings.ts";
import { readJobServer } from "../azure-devops/job-server.ts";
import { type AzurePullRequest, AzureRepos } from "./azure-repos.ts";
import { editComment, putComment } from "./comment-thread.ts";
import { describePreview, describeRemoval, type PreviewNews } from "./preview-comment.ts";
import { describePullRequestFailure } from "./pull-request-failure.ts";
import type { RunRepository } from "./run-pull-request.ts";

export interface PullRequestsOptions {
  readonly run: RunRepository;
  readonly network: () => NetworkSettings;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  readonly log: { info(message: string): void; warning(code: ErrorCode, message: string): void };
}

/** The state of a pull request for this run: `unknown` if Azure Repos does not return it, or the pull request is elsewhere. */
export type PullRequestCheck = "current" | "closed" | "superseded" | "unknown";

/** The pull request of a preview. */
interface PreviewedPullRequest {
  readonly number: number;
  /** The digest that identifies its repository. */
  readonly repository: string;
}

/** A preview in a bucket. */
export interface PreviewPlace {
  readonly bucketName: string;
  readonly prefix: string;
}

/** The context of the status, for a branch policy that requires it. */
const STATUS_GENRE = "AwsS3PublishSite";
const KEY_LENGTH = 32;

/**
 * The pull requests of previews: checks whether they are closed, and writes comments and statuses. A refusal by Azure Repos is a warning.
 */
export class PreviewPullRequests {
  readonly #options: PullRequestsOptions;
  readonly #repos: AzureRepos | string;
  readonly #found = new Map<number, Promise<AzurePullRequest | undefined>>();
  #hasWarned = false;

  constructor(options: PullRequestsOptions) {
    this.#options = options;
    const { run, userAgent, signal } = options;
    const job = run.isAzureRepos === false ? "" : readJobServer();
    this.#repos =
      typeof job === "string" ? job : new AzureRepos({ job, network: options.network(), userAgent, signal });
  }

  /**
   * Checks whether a run may still publish the preview of its pull request.
   *
   * @throws the signal's reason.
   */
  async check(number: number): Promise<PullRequestCheck> {
    // Not cached, because it may have been closed meanwhile.
    this.#found.delete(number);
    const found = await this.#find(number);
    if (!found) return "unknown";
    if (!found.isActive) return found.isClosed ? "closed" : "unknown";
    const { sourceCommit, pullRequest } = this.#options.run;
    // The run may be about another pull request than the one that is entered.
    if (pullRequest !== undefined && pullRequest !== number) return "current";
    return sourceCommit && found.sourceCommit && sourceCommit !== found.sourceCommit ? "superseded" : "current";
  }

  /** The digest of the repository of a pull request that was checked; else that of the run. */
  async repositoryOf(number: number): Promise<string> {
    return (await this.#find(number))?.repository ?? this.#options.run.digest;
  }

  /** Whether a pull request is known to be completed or abandoned. @throws the signal's reason. */
  async isClosed({ number, repository }: PreviewedPullRequest): Promise<boolean> {
    const found = await this.#find(number);
    return found?.repository === repository && found.isClosed;
  }

  /**
   * Writes the comment and the status about a preview.
   *
   * @returns the URL of the comment; empty if there is none.
   * @throws the signal's reason.
   */
  async tell(
    number: number,
    place: PreviewPlace,
    { rootPrefix, comment }: { readonly rootPrefix: string; readonly comment: boolean },
    news: PreviewNews,
  ): Promise<string> {
    const found = await this.#find(number);
    if (!found || typeof this.#repos === "string") {
      if (this.#options.run.isAzureRepos === false && comment) this.#options.log.info(NOT_AZURE_REPOS);
      return "";
    }
    const repos = this.#repos;
    const outcome = news.failure ? "was not published completely" : "is published";
    const writeComment = () => putComment(repos, found, keyOf(place), describePreview(news));
    const writeStatus = () => repos.addStatus(found, statusOf(place.bucketName, rootPrefix, news));
    const url = comment ? await this.#try(found, "The comment", outcome, writeComment) : undefined;
    await this.#try(found, "The status", outcome, writeStatus);
    return url ?? "";
  }

  /** Changes the comment, if there is one, to say that the preview was removed. @throws the signal's reason. */
  async tellRemoval(
    { number, repository }: PreviewedPullRequest,
    place: PreviewPlace,
    name: string,
    timeMs: number,
  ): Promise<void> {
    const found = await this.#find(number);
    if (found?.repository !== repository || typeof this.#repos === "string") return;
    const repos = this.#repos;
    const content = describeRemoval(name, timeMs);
    await this.#try(found, "The comment", "was removed", () => editComment(repos, found, keyOf(place), content));
  }

  #find(number: number): Promise<AzurePullRequest | undefined> {
    const known = this.#found.get(number);
    if (known) return known;
    const asked = this.#read(number);
    this.#found.set(number, asked);
    return asked;
  }

  /** @returns undefined if it cannot be read, which is reported once. */
  async #read(number: number): Promise<AzurePullRequest | undefined> {
    const { run, log, signal } = this.#options;
    if (run.isAzureRepos === false) return undefined;
    let why: string | undefined;
    if (typeof this.#repos === "string")
      why = `the agent did not give this step ${this.#repos}. Run the step in a job of Azure Pipelines.`;
    else
      try {
        return await this.#repos.read(number);
      } catch (error) {
        signal.throwIfAborted();
        why = describePullRequestFailure(error, {}, run);
        if (why === undefined) throw error;
      }
    if (!this.#hasWarned)
      log.warning(
        "pull-request-not-read",
        `Azure Repos did not say whether pull request ${number} is still active: ${why} Therefore it gets no comment and no status, and its preview is removed only after previewDays. This warning appears once, even if other pull requests are affected.`,
      );
    this.#hasWarned = true;
    return undefined;
  }

  /** @param outcome of the preview, which does not depend on `act`: for example "is published". */
  async #try<T>(
    pullRequest: AzurePullRequest,
    what: string,
    outcome: string,
    act: () => Promise<T>,
  ): Promise<T | undefined> {
    const { run, log, signal } = this.#options;
    try {
      return await act();
    } catch (error) {
      signal.throwIfAborted();
      const why = describePullRequestFailure(error, pullRequest, run);
      if (why === undefined) throw error;
      log.warning(
        "pull-request-not-updated",
        `${what} of the preview on pull request ${pullRequest.number} was not written: ${why} The preview itself ${outcome}.`,
      );
      return undefined;
    }
  }
}

const NOT_AZURE_REPOS =
  'The pull request is not in Azure Repos, so it gets no comment. The output variables siteUrl and previewName have what a comment needs: see the page "Previews" in the documentation.';

function keyOf({ bucketName, prefix }: PreviewPlace): string {
  return hash("sha256", `${bucketName}/${prefix}`, "hex").slice(0, KEY_LENGTH);
}

/** The status has the same name for all previews of a site, so that a branch policy can require it. */
function statusOf(bucketName: string, rootPrefix: string, { name, siteUrl, failure }: PreviewNews) {
  return {
    state: failure ? "failed" : "succeeded",
    description: failure ? `The preview ${name} was not published` : `The preview ${name} is published`,
    context: { genre: STATUS_GENRE, name: `preview/${bucketName}/${rootPrefix}`.replace(/\/$/, "") },
    ...(siteUrl ? { targetUrl: siteUrl.href } : {}),
  } as const;
}
