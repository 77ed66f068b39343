import { ServiceError } from "../../aws/errors/errors.ts";
import { ConnectionError } from "../../http/connection-error.ts";
import type { AzurePullRequest } from "./azure-repos.ts";
import type { RunRepository } from "./run-pull-request.ts";

/** The identity that a run uses. */
export type AskingRun = Pick<RunRepository, "isRelease" | "isFork" | "project" | "projectId" | "collection">;

/**
 * Says why Azure Repos refused a request, and what to do, as sentences.
 *
 * @param repositoryName the repository that needs the permission; undefined if not known.
 * @param run a run that builds a fork has a token with fewer rights.
 * @returns undefined if the error has another cause than Azure Repos or the connection to it.
 */
export function describePullRequestFailure(
  error: unknown,
  { repositoryName }: Partial<Pick<AzurePullRequest, "repositoryName">>,
  run: AskingRun,
): string | undefined {
  if (!(error instanceof ServiceError || error instanceof ConnectionError)) return undefined;
  return `${error.message}. ${advise(error, repositoryName, run)}`;
}

function advise(error: ServiceError | ConnectionError, repositoryName: string | undefined, run: AskingRun): string {
  const { isFork, isRelease } = run;
  if (error instanceof ConnectionError)
    return "Check that this machine reaches Azure DevOps, with the proxy and the certificates of the agent.";
  const { serverMessage, status } = error.details;
  const isUnknownRepository = /^TF401019\b/.test(serverMessage);
  if (isRelease && (isUnknownRepository || status === 404)) return IN_RELEASE;
  if (isUnknownRepository && !isFork) return OTHER_REPOSITORY;
  const isRefused = /^TF401027\b/.test(serverMessage) || status === 401 || status === 403;
  if (isRefused) return isFork ? FORK : describeGrant(serverMessage, repositoryName, run);
  if (status === 404) return isFork ? FORK : UNKNOWN_PULL_REQUEST;
  if (status < 300) return OTHER_SERVER;
  return "Run the step again later.";
}

const OTHER_REPOSITORY =
  "The token of a job reaches only the repositories that the job uses. Add the step `checkout: self` to the job, or name the repository under `uses: repositories`.";

/** Source: "Job access tokens" in the documentation of Azure Pipelines. */
const IN_RELEASE =
  'Check that the pull request is in this organization. If its repository is in another project, turn off "Limit job authorization scope to current project for release pipelines" under Project settings, Pipelines, Settings.';

/** A page to sign in, for example, has the status 203. */
const OTHER_SERVER =
  "The answer is not from the API of Azure Repos, but from a proxy, or a page to sign in because the token of the job has expired. Check the proxy of the agent, or run the step again.";

const FORK =
  "This run builds a fork, and its token has fewer rights. To avoid the warning, run the step only for branches of this repository: condition: ne(variables['System.PullRequest.IsFork'], 'True').";

const UNKNOWN_PULL_REQUEST =
  "Check that the pull request is in this organization, and that the job may read its repository: add the step `checkout: self` to the job, or name the repository under `uses: repositories`.";

/** Source: "Manage build service account permissions" in the documentation of Azure Pipelines. */
function describeGrant(serverMessage: string, repositoryName: string | undefined, run: AskingRun): string {
  const place = repositoryName ? `the repository ${repositoryName}` : "the repository";
  const right = /'(?:Generic)?Read'/.test(serverMessage) ? "Read" : "Contribute to pull requests";
  return `Grant "${right}" to ${describeIdentity(serverMessage, run)}, under Project settings, Repositories, ${place}, Security.`;
}

/** The server names the identity by the ID of the project, or that of the collection for jobs that may reach all projects. */
function describeIdentity(serverMessage: string, { project, projectId, collection }: AskingRun): string {
  const [, id = ""] = /identity '[^'\\]*\\+([0-9a-f-]{36})'/i.exec(serverMessage) ?? [];
  const organization = organizationOf(collection);
  const ofProject = `"${project} Build Service (${organization})"`;
  const ofCollection = `"Project Collection Build Service (${organization})"`;
  if (id === "") return `${ofProject}, or to ${ofCollection} if jobs are not limited to their project`;
  return id.toLowerCase() === projectId.toLowerCase() ? ofProject : ofCollection;
}

/** For example `my-org` of `https://dev.azure.com/my-org/` or of `https://my-org.visualstudio.com/`; the collection's name on a server. */
function organizationOf(collection: string): string {
  if (!URL.canParse(collection)) return "";
  const { hostname, pathname } = new URL(collection);
  const [, account] = /^([^.]+)\.visualstudio\.com$/.exec(hostname) ?? [];
  return account ?? pathname.split("/").filter(Boolean).at(-1) ?? "";
}
