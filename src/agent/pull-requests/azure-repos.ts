import type { GitApi } from "azure-devops-node-api/GitApi.js";
import type {
  CommentThread,
  GitPullRequest,
  GitPullRequestCommentThread,
  GitPullRequestStatus,
} from "azure-devops-node-api/interfaces/GitInterfaces.js";
import { withRetries } from "../../aws/retry.ts";
import { asKnownError, refusal } from "../azure-devops/api-errors.ts";
import { type ClientOptions, openGitApi } from "../azure-devops/open-client.ts";
import { repositoryDigest } from "./repository-digest.ts";

/** A pull request in Azure Repos. */
export interface AzurePullRequest {
  readonly number: number;
  readonly isActive: boolean;
  /** Whether it is completed or abandoned. Undefined for any status other than these and active. */
  readonly isClosed: boolean;
  /** The commit at the head of its source branch. */
  readonly sourceCommit?: string;
  /** As `repositoryDigest` makes it. */
  readonly repository: string;
  readonly repositoryId: string;
  readonly repositoryName: string;
  readonly projectId: string;
  /** For people. */
  readonly webUrl: string;
}

/** PullRequestStatus, CommentType and GitStatusState of the client, which only the file beside main.js has as code. */
const STATUS = { active: 1, abandoned: 2, completed: 3 } as const;
const TEXT_COMMENT = 1;
const STATUS_STATE = { succeeded: 2, failed: 3 } as const;

/** Reads and changes pull requests in Azure Repos with the job's token. Requests are retried if the failure may be temporary. */
export class AzureRepos {
  readonly #options: ClientOptions;
  #opened: Promise<GitApi> | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /**
   * Reads a pull request of the organization, by its number.
   *
   * @throws {ServiceError} if Azure Repos refuses, or does not know it; {ConnectionError}; the signal's reason.
   */
  async read(number: number): Promise<AzurePullRequest> {
    return this.#ask(async (api) => this.#describe(number, await api.getPullRequestById(number)));
  }

  /** @throws as `read` does. */
  threads({ number, repositoryId, projectId }: AzurePullRequest): Promise<readonly GitPullRequestCommentThread[]> {
    return this.#ask(async (api) => {
      const threads: unknown = await api.getThreads(repositoryId, number, projectId);
      if (!Array.isArray(threads)) throw refusal(undefined, "its answer is not the list of comments");
      return threads as GitPullRequestCommentThread[];
    });
  }

  /**
   * Starts a thread. It has no status, because an active thread may block the completion of the pull request.
   *
   * @param properties texts by which the thread is found again.
   * @throws as `read` does.
   */
  createThread(
    { number, repositoryId, projectId }: AzurePullRequest,
    content: string,
    properties: Readonly<Record<string, string>>,
  ): Promise<CommentThread> {
    const typed = Object.entries(properties).map(([name, value]) => [name, { type: "System.String", value }]);
    const thread: GitPullRequestCommentThread = {
      comments: [{ parentCommentId: 0, content, commentType: TEXT_COMMENT }],
      properties: Object.fromEntries(typed),
    };
    return this.#ask(async (api) => {
      const created: CommentThread | null = await api.createThread(thread, repositoryId, number, projectId);
      if (created?.id === undefined) throw refusal(undefined, "its answer is not the comment");
      return created;
    });
  }

  /** @throws as `read` does. */
  async updateComment(
    { number, repositoryId, projectId }: AzurePullRequest,
    threadId: number,
    commentId: number,
    content: string,
  ): Promise<void> {
    await this.#ask((api) => api.updateComment({ content }, repositoryId, number, threadId, commentId, projectId));
  }

  /** @throws as `read` does. */
  async deleteComment(
    { number, repositoryId, projectId }: AzurePullRequest,
    threadId: number,
    commentId: number,
  ): Promise<void> {
    await this.#ask((api) => api.deleteComment(repositoryId, number, threadId, commentId, projectId));
  }

  /** Adds a status, which a branch policy may require. @throws as `read` does. */
  async addStatus(
    { number, repositoryId, projectId }: AzurePullRequest,
    {
      state,
      ...status
    }: Pick<GitPullRequestStatus, "context" | "description" | "targetUrl"> & {
      readonly state: keyof typeof STATUS_STATE;
    },
  ): Promise<void> {
    const wanted = { ...status, state: STATUS_STATE[state] };
    await this.#ask((api) => api.createPullRequestStatus(wanted, repositoryId, number, projectId));
  }

  async #ask<T>(request: (api: GitApi) => Promise<T>): Promise<T> {
    const { job, signal } = this.#options;
    this.#opened ??= openGitApi(this.#options);
    const api = await this.#opened;
    return withRetries(
      () => request(api).catch((error) => Promise.reject(asKnownError(error, job.collectionUrl.hostname))),
      signal,
    );
  }

  #describe(number: number, found: GitPullRequest | null): AzurePullRequest {
    const { status, pullRequestId, repository, lastMergeSourceCommit } = found ?? {};
    const { id: repositoryId, name: repositoryName = "", project } = repository ?? {};
    if (pullRequestId !== number || !repositoryId || !project?.id)
      throw refusal(undefined, "its answer is not the pull request");
    const { href } = this.#options.job.collectionUrl;
    const [inProject, inRepository] = [project.name ?? project.id, repositoryName || repositoryId].map(
      encodeURIComponent,
    );
    return {
      number,
      isActive: status === STATUS.active,
      isClosed: status === STATUS.abandoned || status === STATUS.completed,
      ...(lastMergeSourceCommit?.commitId ? { sourceCommit: lastMergeSourceCommit.commitId } : {}),
      repository: repositoryDigest(href, repositoryId),
      repositoryId,
      repositoryName,
      projectId: project.id,
      webUrl: `${href}${href.endsWith("/") ? "" : "/"}${inProject}/_git/${inRepository}/pullrequest/${number}`,
    };
  }
}
