import * as tl from "azure-pipelines-task-lib/task.js";
import { digestOf, repositoryDigest } from "./repository-digest.ts";

/** The repository and the pull request of the pipeline run, from its variables. */
export interface RunRepository {
  /** Whether it is in Azure Repos; undefined if the run has no repository, as a classic release may have. */
  readonly isAzureRepos: boolean | undefined;
  /** As `repositoryDigest` makes it. */
  readonly digest: string;
  /** The number of the pull request; absent in other runs. */
  readonly pullRequest?: number;
  /** The commit at the head of the pull request's source branch that this run is about; absent in other runs. */
  readonly sourceCommit?: string;
  /** Whether the run is a classic release, which has no YAML and no checkout. */
  readonly isRelease: boolean;
  /** Whether the source branch is in a fork. */
  readonly isFork: boolean;
  /** The project of the run, by its name and its ID, and the URL of its organization. */
  readonly project: string;
  readonly projectId: string;
  readonly collection: string;
}

/**
 * Reads the variables of the run. `System.PullRequest.PullRequestId` is for Azure Repos the number, and for GitHub an internal ID beside the
 * number. Source: "System variables" in "Use predefined variables".
 */
export function readRunRepository(): RunRepository {
  const provider = variable("Build.Repository.Provider");
  const isAzureRepos = provider === "" ? undefined : provider === "TfsGit";
  const number = Number(
    variable("System.PullRequest.PullRequestNumber") || variable("System.PullRequest.PullRequestId"),
  );
  const sourceCommit = variable("System.PullRequest.SourceCommitId");
  return {
    isAzureRepos,
    digest: isAzureRepos
      ? repositoryDigest(variable("System.CollectionUri"), variable("Build.Repository.ID"))
      : digestOf(withoutUser(variable("Build.Repository.Uri"))),
    ...(Number.isSafeInteger(number) && number > 0 ? { pullRequest: number } : {}),
    ...(sourceCommit ? { sourceCommit } : {}),
    isRelease: variable("Release.ReleaseId") !== "",
    isFork: variable("System.PullRequest.IsFork").toLowerCase() === "true",
    project: variable("System.TeamProject"),
    projectId: variable("System.TeamProjectId"),
    collection: variable("System.CollectionUri"),
  };
}

function withoutUser(address: string): string {
  return address.replace(/^(\w+:\/\/)[^/@]*@/, "$1");
}

function variable(name: string): string {
  return (tl.getVariable(name) ?? "").trim();
}
