import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import * as tl from "azure-pipelines-task-lib/task.js";
import type { PipelineRun } from "../aws/credentials/session-name.ts";

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
