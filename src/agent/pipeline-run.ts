import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import * as tl from "azure-pipelines-task-lib/task.js";
import type { PipelineRun } from "../aws/credentials/session-name.ts";
import { temporaryFolderError } from "../errors/folder-write-error.ts";

/** The project and the run that this job belongs to. A classic release has a build only where its first artifact is one. */
export function currentRun(): PipelineRun {
  return {
    project: tl.getVariable("System.TeamProject") ?? "",
    buildId: tl.getVariable("Build.BuildId"),
    releaseId: tl.getVariable("Release.ReleaseId"),
  };
}

/** How a publish is told from every other: by an id of its own, and for people by the number and the id of the pipeline's run. */
export function publishRun(): { readonly id: string; readonly name: string } {
  const { buildId, releaseId } = currentRun();
  const number = tl.getVariable("Build.BuildNumber");
  const build = number ? `run ${number} (build id ${buildId})` : `build id ${buildId}`;
  const name = releaseId ? `release id ${releaseId}` : buildId ? build : "a step outside of a pipeline";
  return { id: randomUUID(), name };
}

/** What the pipeline's run builds, or has built: its number, and the commit. */
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

/** A folder that lives as long as the job: a step that is run again finds in it what its first run left. */
export function jobFolder(): string {
  return tl.getVariable("Agent.TempDirectory") || tmpdir();
}

/** What people call this run: the pipeline's name and the number of its run, as far as there are any. */
export function runLabels(): readonly string[] {
  const { releaseId } = currentRun();
  const names = releaseId
    ? ["Release.DefinitionName", "Release.ReleaseName"]
    : ["Build.DefinitionName", "Build.BuildNumber"];
  return names.map((name) => tl.getVariable(name) ?? "").filter((label) => label !== "");
}

/**
 * Writes something into the job's folder.
 *
 * @throws {FolderWriteError} where it cannot be written.
 */
export function inJobFolder<T>(write: (folder: string) => T): T {
  const folder = jobFolder();
  try {
    return write(folder);
  } catch (error) {
    throw temporaryFolderError(folder, error);
  }
}

/** Which of several equal jobs this one is, from 1, and how many there are. */
export interface ParallelJobs {
  readonly position: number;
  readonly total: number;
}

/**
 * Which of the jobs of `strategy: parallel` this is. A job without it, or an agent that does not know of it, is one of one.
 *
 * @returns `unknown` where there are several, and not which one this is. Source: "System variables" in "Use predefined variables".
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
