import { readdirSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import type { HostType, Workspace } from "./workspace.ts";

/** What stands for an organization, a project and a run: the same in every local job, like no real one. */
const organization = {
  collectionUrl: "https://dev.azure.com/local/",
  collectionId: "6c1b0b1e-2b5a-4d0e-9a53-5d4c3b2a1f00",
  project: "local",
  repository: "local",
  projectId: "0d6d2a55-9f43-4c39-8e0b-6f0c5a7d4e11",
  planId: "5f8c9c0e-2f43-4f2c-8a57-1f3d6b7a9c22",
  jobId: "12f1170f-54f2-53f3-20dd-22fc7dff55f9",
  timelineId: "9d0b6a7e-51d4-4e6b-b0a9-3c2f1e0d8b33",
} as const;

/**
 * The system, agent, build or release variables which a job finds (Azure Pipelines, "Use predefined variables" and
 * "Classic release and artifacts variables"). A release has no build artifact, hence no `Build.*`.
 *
 * @param repositories how many repositories the job checked out.
 */
export function predefinedVariables(
  hostType: HostType,
  workspace: Workspace,
  repositories: number,
): Record<string, string> {
  return {
    ...systemVariables(hostType, workspace),
    ...agentVariables(workspace),
    ...(hostType === "build" ? buildVariables(workspace, repositories) : releaseVariables(workspace)),
  };
}

function systemVariables(hostType: HostType, workspace: Workspace): Record<string, string> {
  return {
    "System.HostType": hostType,
    "System.CollectionId": organization.collectionId,
    "System.CollectionUri": organization.collectionUrl,
    "System.TeamFoundationCollectionUri": organization.collectionUrl,
    "System.TaskDefinitionsUri": organization.collectionUrl,
    "System.TeamProject": organization.project,
    "System.TeamProjectId": organization.projectId,
    "System.PlanId": organization.planId,
    "System.JobId": organization.jobId,
    "System.TimelineId": organization.timelineId,
    "System.JobName": "Job",
    "System.JobDisplayName": "Job",
    "System.JobAttempt": "1",
    "System.StageName": "__default",
    "System.StageAttempt": "1",
    "System.PhaseName": "Job",
    "System.PhaseAttempt": "1",
    "System.TotalJobsInPhase": "1",
    "System.JobPositionInPhase": "1",
    "System.DefinitionId": "1",
    "System.DefinitionName": "local",
    "System.Culture": "en-US",
    "System.ServerType": "Hosted",
    "System.EnableAccessToken": "SecretVariable",
    "System.WorkFolder": workspace.workFolder,
    "System.DefaultWorkingDirectory": workspace.sourcesFolder,
    "System.ArtifactsDirectory": workspace.artifactsFolder,
  };
}

function agentVariables(workspace: Workspace): Record<string, string> {
  return {
    "Agent.Id": "1",
    "Agent.Name": "local",
    "Agent.MachineName": hostname(),
    "Agent.JobName": "Job",
    "Agent.JobStatus": "Succeeded",
    "Agent.OS": { darwin: "Darwin", win32: "Windows_NT" }[process.platform as string] ?? "Linux",
    "Agent.OSArchitecture": process.arch.toUpperCase(),
    "Agent.IsSelfHosted": "1",
    "Agent.HomeDirectory": dirname(workspace.workFolder),
    "Agent.RootDirectory": workspace.workFolder,
    "Agent.WorkFolder": workspace.workFolder,
    "Agent.TempDirectory": workspace.tempFolder,
    "Agent.ToolsDirectory": workspace.toolsFolder,
  };
}

function buildVariables(workspace: Workspace, repositories: number): Record<string, string> {
  return {
    "Agent.BuildDirectory": workspace.jobFolder,
    "Pipeline.Workspace": workspace.jobFolder,
    "Build.SourcesDirectory": workspace.sourcesFolder,
    // With several repositories each has a folder of its own under the sources.
    "Build.Repository.LocalPath":
      repositories > 1 ? join(workspace.sourcesFolder, organization.repository) : workspace.sourcesFolder,
    "Build.Repository.Name": organization.repository,
    "Build.Repository.Provider": "TfsGit",
    "Build.ArtifactStagingDirectory": workspace.artifactsFolder,
    "Build.StagingDirectory": workspace.artifactsFolder,
    "Build.BinariesDirectory": workspace.binariesFolder,
    "Common.TestResultsDirectory": workspace.testResultsFolder,
    "Build.BuildId": "1",
    "Build.BuildNumber": "1",
    "Build.BuildUri": "vstfs:///Build/Build/1",
    "Build.DefinitionName": "local",
    "Build.Reason": "Manual",
    "Build.SourceBranch": "refs/heads/main",
    "Build.SourceBranchName": "main",
  };
}

function releaseVariables(workspace: Workspace): Record<string, string> {
  const [primaryAlias, ...otherAliases] = artifactAliases(workspace.artifactsFolder);
  const variables: Record<string, string> = {
    "Agent.ReleaseDirectory": workspace.artifactsFolder,
    "Release.ReleaseId": "1",
    "Release.ReleaseName": "Release-1",
    "Release.ReleaseUri": "vstfs:///ReleaseManagement/Release/1",
    "Release.DefinitionName": "local",
    "Release.DefinitionId": "1",
    "Release.EnvironmentName": "Stage 1",
    "Release.EnvironmentId": "1",
    "Release.AttemptNumber": "1",
    "Release.Reason": "Manual",
  };
  if (primaryAlias === undefined) return variables;
  variables["Release.PrimaryArtifactSourceAlias"] = primaryAlias;
  for (const alias of [primaryAlias, ...otherAliases]) variables[`Release.Artifacts.${alias}.Type`] = "Git";
  return variables;
}

/** Each folder of the artifacts directory is named by the alias of the artifact in it. */
function artifactAliases(artifactsFolder: string): string[] {
  return readdirSync(artifactsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
