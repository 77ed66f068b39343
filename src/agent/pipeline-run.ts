import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import * as tl from "azure-pipelines-task-lib/task.js";
import type { PipelineRun } from "../aws/credentials/session-name.ts";
import { temporaryFolderError } from "../errors/folder-write-error.ts";

/** The project and run of this job. A classic release has a build only if its first artifact is a build. */
export function currentRun(): PipelineRun {
  return {
    project: tl.getVariable("System.TeamProject") ?? "",
    buildId: tl.getVariable("Build.BuildId"),
    releaseId: tl.getVariable("Release.ReleaseId"),
  };
}

/** Identifies a publish: by its own id, and for people by the number and id of the pipeline run. */
export function publishRun(): { readonly id: string; readonly name: string } {
  const { buildId, releaseId } = currentRun();
  const number = tl.getVariable("Build.BuildNumber");
  const build = number ? `run ${number} (build id ${buildId})` : `build id ${buildId}`;
  const name = releaseId ? `release id ${releaseId}` : buildId ? build : "a step outside of a pipeline";
  return { id: randomUUID(), name };
}

/** The number and the commit of the build. */
export function runBuild(): { readonly buildNumber?: string; readonly commit?: string } {
  const buildNumber = tl.getVariable("Build.BuildNumber");
  const commit = tl.getVariable("Build.SourceVersion");
  return { ...(buildNumber ? { buildNumber } : {}), ...(commit ? { commit } : {}) };
}

/** The run of the pipeline, for people who want to read its log: its name, and its page. */
export function runPage(): { readonly label: string; readonly url?: string } {
  const { buildId, releaseId } = currentRun();
  const label = runLabels().join(" ") || publishRun().name;
  const collection = tl.getVariable("System.CollectionUri") ?? "";
  const project = tl.getVariable("System.TeamProject") ?? "";
  if (!/^https?:\/\//.test(collection) || project === "" || !(releaseId ?? buildId)) return { label };
  const page = releaseId ? `_release?releaseId=${releaseId}` : `_build/results?buildId=${buildId}`;
  return { label, url: `${collection}${collection.endsWith("/") ? "" : "/"}${encodeURIComponent(project)}/${page}` };
}

/** A folder that exists as long as the job. A retried step finds the files of its first try in it. */
export function jobFolder(): string {
  return tl.getVariable("Agent.TempDirectory") || tmpdir();
}

/** The run's name for people: the pipeline's name and the run's number, if known. */
export function runLabels(): readonly string[] {
  const { releaseId } = currentRun();
  const names = releaseId
    ? ["Release.DefinitionName", "Release.ReleaseName"]
    : ["Build.DefinitionName", "Build.BuildNumber"];
  return names.map((name) => tl.getVariable(name) ?? "").filter((label) => label !== "");
}

/** What the run's page calls this step. */
export function stepDisplayName(): string {
  return tl.getVariable("Task.DisplayName") || tl.getVariable("System.TaskDisplayName") || "S3 Tasks";
}

/**
 * Writes a file into the job's folder.
 *
 * @throws {FolderWriteError} if it cannot be written.
 */
export function inJobFolder<T>(write: (folder: string) => T): T {
  const folder = jobFolder();
  try {
    return write(folder);
  } catch (error) {
    throw temporaryFolderError(folder, error);
  }
}

/** The position of this job among the parallel jobs, starting at 1, and their number. */
export interface ParallelJobs {
  readonly position: number;
  readonly total: number;
}

/**
 * The position of this job in `strategy: parallel`. Without that strategy, or if the agent does not know it, it is one of one.
 *
 * @returns `unknown` if there are several jobs, but this job's position is not known. Source: "System variables" in "Use predefined
 * variables".
 */
export function parallelJobs(): ParallelJobs | "unknown" {
  const total = wholeNumber("System.TotalJobsInPhase") ?? 1;
  if (total <= 1) return { position: 1, total: 1 };
  const position = wholeNumber("System.JobPositionInPhase") ?? 0;
  return position >= 1 && position <= total ? { position, total } : "unknown";
}

function wholeNumber(variable: string): number | undefined {
  const text = tl.getVariable(variable) ?? "";
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
