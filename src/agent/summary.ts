import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as tl from "azure-pipelines-task-lib/task.js";
import { inJobFolder } from "./pipeline-run.ts";

/**
 * Adds a summary to the run, where the pipeline shows it beside its log.
 *
 * @param title the summary's heading; the agent takes it from the name of the file.
 * @param markdown texts from outside have to go through `escapeMarkdown` first.
 * @throws {FolderWriteError} if there is no room for it.
 */
export function attachSummary(title: string, markdown: string): void {
  const name = `${title.replace(/[^\p{L}\p{N} ._-]/gu, "_").slice(0, 100)}.md`;
  tl.uploadSummary(writeTemporaryFile(name, (path) => writeFileSync(path, markdown)));
}

/**
 * * Writes a file that is kept until the end of the job. No other step and no retry writes to the same path. If the file cannot be written
 * completely, it is removed.
 *
 * @returns its absolute path.
 * @throws {FolderWriteError} if it cannot be written.
 */
export function writeTemporaryFile(name: string, write: (path: string) => void): string {
  return inJobFolder((folder) => {
    const path = join(mkdtempSync(join(folder, "s3-")), name);
    try {
      write(path);
    } catch (error) {
      rmSync(dirname(path), { recursive: true, force: true });
      throw error;
    }
    return path;
  });
}
