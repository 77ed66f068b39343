import type { ResourceLocation } from "./resource-locations.ts";

/** A pull request as a test sets it up. */
export interface PullRequestSetUp {
  readonly number: number;
  status: "active" | "completed" | "abandoned";
  /** The commit at the head of its source branch. */
  sourceCommit: string;
}

/** A comment of a thread; the server deletes softly. */
interface StoredComment {
  readonly id: number;
  readonly author: string;
  content: string;
  isDeleted?: boolean;
}

export interface StoredThread {
  readonly id: number;
  readonly comments: StoredComment[];
  /** As they are read back. */
  readonly properties: Readonly<Record<string, { readonly $type: string; readonly $value: string }>>;
  readonly status?: string;
}

export interface StoredStatus {
  readonly state: string;
  readonly description: string;
  readonly targetUrl?: string;
  readonly context: { readonly genre?: string; readonly name: string };
}

/** The repository in which all pull requests of the stand-in are. */
export interface Repository {
  readonly id: string;
  readonly name: string;
  readonly project: { readonly id: string; readonly name: string };
}

/** What the job's token may do in the repository. */
export interface RepositoryRights {
  /** Without it the repository does not exist for the token. */
  mayRead: boolean;
  /** "Contribute to pull requests". */
  mayContribute: boolean;
}

/** The resources, by the ids under which the client looks for them. Source: OPTIONS of `_apis/git`, Azure DevOps Services. */
export const PULL_REQUEST_LOCATIONS: readonly ResourceLocation[] = [
  location(
    "01a46dea-7d46-4d40-bc84-319e7c260d99",
    "pullRequests",
    "{project}/_apis/{area}/{resource}/{pullRequestId}",
    2,
  ),
  location(
    "ab6e2e5d-a0b7-4153-b64a-a4efe0d49449",
    "pullRequestThreads",
    "{project}/_apis/{area}/repositories/{repositoryId}/pullRequests/{pullRequestId}/threads/{threadId}",
    1,
  ),
  location(
    "965a3ec7-5ed8-455a-bdcb-835a5ea7fe7b",
    "pullRequestThreadComments",
    "{project}/_apis/{area}/repositories/{repositoryId}/pullRequests/{pullRequestId}/threads/{threadId}/comments/{commentId}",
    1,
  ),
  location(
    "b5f6bb4f-8d1e-4d79-8d11-4c9172c99c35",
    "pullRequestStatuses",
    "{project}/_apis/{area}/repositories/{repositoryId}/pullRequests/{pullRequestId}/statuses/{statusId}",
    2,
  ),
];

function location(id: string, resourceName: string, routeTemplate: string, resourceVersion: number): ResourceLocation {
  const versions = { minVersion: "3.0", maxVersion: "7.2", releasedVersion: "7.1" };
  return { id, area: "git", resourceName, routeTemplate, resourceVersion, ...versions };
}

export type PullRequestOperation =
  | "ReadPullRequest"
  | "ListThreads"
  | "CreateThread"
  | "UpdateComment"
  | "DeleteComment"
  | "CreateStatus";

interface Reply {
  readonly status: number;
  readonly content: object;
}

/** Enums go over the wire as their names, in camel case; both these and their numbers are understood. */
const STATES = ["notSet", "pending", "succeeded", "failed", "error", "notApplicable", "partiallySucceeded"];
const COMMENT_TYPES = ["unknown", "text", "codeChange", "system"];

/** Pull requests of one repository, their threads and statuses, as the REST API shows them. */
export class PullRequests {
  readonly repository: Repository;
  readonly rights: RepositoryRights = { mayRead: true, mayContribute: true };
  readonly threads = new Map<number, StoredThread[]>();
  readonly statuses = new Map<number, StoredStatus[]>();
  readonly #all = new Map<number, PullRequestSetUp>();
  /** The identity of the job's token, as the server names it. */
  readonly #author: string;

  constructor(repository: Repository) {
    this.repository = repository;
    this.#author = `Build\\${repository.project.id}`;
  }

  /** @returns it, to be changed by the test. */
  add(setUp: PullRequestSetUp): PullRequestSetUp {
    const own = { ...setUp };
    this.#all.set(own.number, own);
    this.threads.set(own.number, []);
    this.statuses.set(own.number, []);
    return own;
  }

  find(number: number): PullRequestSetUp | undefined {
    return this.#all.get(number);
  }

  /** The comments that people see, of all threads. */
  visibleComments(number: number): string[] {
    const comments = (this.threads.get(number) ?? []).flatMap((thread) => thread.comments);
    return comments.filter(({ isDeleted }) => !isDeleted).map(({ content }) => content);
  }

  /** Says which operation a request is, and answers it. @returns undefined where it is none of these. */
  route(
    method: string,
    path: string,
  ): { operation: PullRequestOperation; reply: (body: unknown) => Reply } | undefined {
    const match = ROUTE.exec(path)?.groups;
    if (!match) return undefined;
    const { number = "", repositoryId, resource, threadId, commentId } = match;
    const found = this.#all.get(Number(number));
    const operation = OPERATIONS[`${method} ${resource ?? ""}${commentId === undefined ? "" : " comment"}`];
    if (!operation) return undefined;
    return {
      operation,
      reply: (body) => {
        const refusal = this.#refusal(operation, repositoryId, found);
        if (refusal || !found) return refusal ?? NO_PULL_REQUEST;
        return this.#answer(operation, found, { threadId: Number(threadId), commentId: Number(commentId) }, body);
      },
    };
  }

  #refusal(operation: PullRequestOperation, repositoryId: string | undefined, found: unknown): Reply | undefined {
    const { repository, rights } = this;
    if (!rights.mayRead && repositoryId === undefined) return NO_PULL_REQUEST;
    if (repositoryId !== undefined && (!rights.mayRead || repositoryId !== repository.id))
      return error(
        404,
        `TF401019: The Git repository with name or identifier ${repositoryId} does not exist or you do not have permissions for the operation you are attempting.`,
      );
    if (!found) return NO_PULL_REQUEST;
    const isReading = operation === "ReadPullRequest" || operation === "ListThreads";
    if (isReading || rights.mayContribute) return undefined;
    return error(
      403,
      `TF401027: You need the Git 'PullRequestContribute' permission to perform this action. Details: identity '${this.#author}', scope 'repository'.`,
    );
  }

  #answer(
    operation: PullRequestOperation,
    found: PullRequestSetUp,
    { threadId, commentId }: { readonly threadId: number; readonly commentId: number },
    body: unknown,
  ): Reply {
    const threads = this.threads.get(found.number) ?? [];
    switch (operation) {
      case "ReadPullRequest":
        return { status: 200, content: this.#describe(found) };
      case "ListThreads":
        return { status: 200, content: { count: threads.length, value: threads.map(describeThread) } };
      case "CreateThread": {
        const thread = this.#threadOf(body, threads.length + 1);
        if (!thread) return error(400, "A thread needs a comment with a content.");
        threads.push(thread);
        return { status: 200, content: describeThread(thread) };
      }
      case "UpdateComment":
      case "DeleteComment": {
        const comment = threads.find(({ id }) => id === threadId)?.comments.find(({ id }) => id === commentId);
        if (!comment || comment.isDeleted) return error(404, `TF401196: Comment ${commentId} does not exist.`);
        if (comment.author !== this.#author) return error(403, "TF400898: Only the author may change a comment.");
        if (operation === "UpdateComment") comment.content = String((body as { content?: unknown }).content);
        else comment.isDeleted = true;
        return { status: 200, content: describeComment(comment) };
      }
      case "CreateStatus": {
        const {
          state,
          description = "",
          targetUrl,
          context,
        } = body as Partial<Omit<StoredStatus, "state">> & {
          readonly state?: number | string;
        };
        if (!context?.name) return error(400, "The context of a status needs a name.");
        const status: StoredStatus = {
          state: nameOf(STATES, state),
          description,
          context,
          ...(targetUrl === undefined ? {} : { targetUrl }),
        };
        this.statuses.get(found.number)?.push(status);
        return { status: 200, content: { id: this.statuses.get(found.number)?.length, ...status } };
      }
    }
  }

  #describe({ number, status, sourceCommit }: PullRequestSetUp): object {
    return {
      repository: this.repository,
      pullRequestId: number,
      codeReviewId: number,
      status,
      title: "A change",
      lastMergeSourceCommit: { commitId: sourceCommit },
    };
  }

  /** @returns undefined if it is not a thread. */
  #threadOf(body: unknown, id: number): StoredThread | undefined {
    const { comments, properties, status } = body as {
      readonly comments?: readonly { readonly content?: string; readonly commentType?: number | string }[];
      readonly properties?: Readonly<Record<string, { readonly type?: string; readonly value?: string }>>;
      readonly status?: string;
    };
    const [first] = comments ?? [];
    if (!first?.content || nameOf(COMMENT_TYPES, first.commentType) !== "text") return undefined;
    const read = Object.entries(properties ?? {}).map(([name, { type = "", value = "" }]) => [
      name,
      { $type: type, $value: value },
    ]);
    return {
      id,
      comments: [{ id: 1, author: this.#author, content: first.content }],
      properties: Object.fromEntries(read),
      ...(status === undefined ? {} : { status }),
    };
  }
}

const ROUTE =
  /\/_apis\/git\/(?:repositories\/(?<repositoryId>[^/]+)\/)?pullRequests\/(?<number>\d+)(?:\/(?<resource>threads|statuses)(?:\/(?<threadId>\d+)\/comments\/(?<commentId>\d+))?)?$/;

const OPERATIONS: Readonly<Record<string, PullRequestOperation>> = {
  "GET ": "ReadPullRequest",
  "GET threads": "ListThreads",
  "POST threads": "CreateThread",
  "PATCH threads comment": "UpdateComment",
  "DELETE threads comment": "DeleteComment",
  "POST statuses": "CreateStatus",
};

const NO_PULL_REQUEST = error(404, "TF401180: The requested pull request was not found.");

function error(status: number, message: string): Reply {
  return { status, content: { $id: "1", innerException: null, message, typeKey: "GitException", errorCode: 0 } };
}

function describeThread({ id, comments, properties, status }: StoredThread): object {
  const isDeleted = comments.every((comment) => comment.isDeleted);
  return {
    id,
    comments: comments.map(describeComment),
    properties,
    identities: null,
    isDeleted,
    ...(status === undefined ? {} : { status }),
  };
}

function describeComment({ id, author, content, isDeleted = false }: StoredComment): object {
  const shown = isDeleted ? {} : { content };
  return { id, parentCommentId: 0, author: { displayName: author }, commentType: "text", isDeleted, ...shown };
}

function nameOf(names: readonly string[], value: number | string | undefined): string {
  return typeof value === "number" ? (names[value] ?? "") : (value ?? names[0] ?? "");
}
