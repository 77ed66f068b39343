import { tmpdir } from "node:os";
import * as tl from "azure-pipelines-task-lib/task.js";

/** A folder that lives as long as the job: a step that is run again finds in it what its first run left. */
export function jobFolder(): string {
  return tl.getVariable("Agent.TempDirectory") || tmpdir();
}
