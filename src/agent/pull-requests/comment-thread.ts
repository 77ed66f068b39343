import type { CommentThread } from "azure-devops-node-api/interfaces/GitInterfaces.js";
import { ServiceError } from "../../aws/errors/errors.ts";
import type { AzurePullRequest, AzureRepos } from "./azure-repos.ts";

/** The property by which the thread of a preview is found again. */
const PROPERTY = "AwsS3PublishSite";

/** A thread of ours, and our comment in it. */
interface OwnThread {
  readonly threadId: number;
  readonly commentId: number;
}

/**
 * Makes sure that a pull request has one comment about a preview, with this content. If several runs have created a thread at once, the
 * oldest one stays.
 *
 * @param key unique for each preview.
 * @returns the URL of the comment.
 * @throws {ServiceError} if Azure Repos refuses; {ConnectionError}; the signal's reason.
 */
export async function putComment(
  repos: AzureRepos,
  pullRequest: AzurePullRequest,
  key: string,
  content: string,
): Promise<string> {
  let threads = await ownThreads(repos, pullRequest, key);
  let isWritten = false;
  if (threads.length === 0) {
    const created = readThread(await repos.createThread(pullRequest, content, { [PROPERTY]: key }));
    threads = await ownThreads(repos, pullRequest, key);
    isWritten = created !== undefined && (threads[0] ?? created).threadId === created.threadId;
    if (threads.length === 0 && created) threads = [created];
  }
  const [first, ...others] = threads;
  if (!first) return pullRequest.webUrl;
  if (!isWritten) await repos.updateComment(pullRequest, first.threadId, first.commentId, content);
  for (const { threadId, commentId } of others)
    await repos.deleteComment(pullRequest, threadId, commentId).catch(ignoreRefusal);
  return `${pullRequest.webUrl}?discussionId=${first.threadId}`;
}

/**
 * Changes the comment about a preview, if there is one.
 *
 * @throws as `putComment` does.
 */
export async function editComment(
  repos: AzureRepos,
  pullRequest: AzurePullRequest,
  key: string,
  content: string,
): Promise<void> {
  const [first] = await ownThreads(repos, pullRequest, key);
  if (first) await repos.updateComment(pullRequest, first.threadId, first.commentId, content);
}

async function ownThreads(repos: AzureRepos, pullRequest: AzurePullRequest, key: string): Promise<OwnThread[]> {
  const threads = await repos.threads(pullRequest);
  return threads
    .filter(({ properties, isDeleted }) => !isDeleted && properties?.[PROPERTY]?.$value === key)
    .flatMap((thread) => readThread(thread) ?? [])
    .sort((one, other) => one.threadId - other.threadId);
}

function readThread({ id: threadId, comments }: CommentThread): OwnThread | undefined {
  const { id: commentId, isDeleted } = comments?.[0] ?? {};
  return threadId === undefined || commentId === undefined || isDeleted ? undefined : { threadId, commentId };
}

/** The run that began the other thread may have deleted it already. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof ServiceError)) throw error;
}
