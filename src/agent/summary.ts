import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tl from "azure-pipelines-task-lib/task.js";
import { jobFolder } from "./pipeline-run.ts";

/**
 * Adds a summary to the run, where the pipeline shows it beside its log.
 *
 * @param title the summary's heading; the agent takes it from the name of the file.
 * @param markdown texts from outside have to go through `escapeMarkdown` first.
 */
export function attachSummary(title: string, markdown: string): void {
  const path = temporaryFile(`${title.replace(/[^\p{L}\p{N} ._-]/gu, "_").slice(0, 100)}.md`);
  writeFileSync(path, markdown);
  tl.uploadSummary(path);
}

/**
 * A place for a file that outlives the step, and goes with the job: nothing else is written there, not even by a retry of the step.
 *
 * @returns its absolute path; the file is not there yet, the folder is.
 */
export function temporaryFile(name: string): string {
  return join(mkdtempSync(join(jobFolder(), "s3-")), name);
}
