import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as tl from "azure-pipelines-task-lib/task.js";
import { shorten } from "../errors/bounded-text.ts";
import { inJobFolder, stepDisplayName } from "./pipeline-run.ts";

/**
 * Adds a summary to the run. Its heading is the display name of the step, as in the list of the job's steps.
 *
 * @param markdown texts from outside have to go through `escapeMarkdown` first.
 * @throws {FolderWriteError} if there is no room for it.
 */
export function attachSummary(markdown: string): void {
  tl.uploadSummary(writeTemporaryFile(`${summaryTitle()}.md`, (path) => writeFileSync(path, markdown)));
}

/** The agent takes the heading from the name of the file: only what is allowed in file names and URLs everywhere stays. */
function summaryTitle(): string {
  const title = stepDisplayName()
    .replace(/:\s+/g, " - ")
    .replace(/[^\p{L}\p{M}\p{N} .,()_-]/gu, "_");
  return shorten(title.trim(), 100);
}

/**
 * Writes a file that is kept until the end of the job. No other step and no retry writes to the same path. If the file cannot be written
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
