import * as tl from "azure-pipelines-task-lib/task.js";
import type { PipelineRun } from "../aws/session-name.ts";

/** The project and the run that this job belongs to. A classic release has a build only where its first artifact is one. */
export function currentRun(): PipelineRun {
  return {
    project: tl.getVariable("System.TeamProject") ?? "",
    buildId: tl.getVariable("Build.BuildId"),
    releaseId: tl.getVariable("Release.ReleaseId"),
  };
}
