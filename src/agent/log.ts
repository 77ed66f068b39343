import * as tl from "azure-pipelines-task-lib/task.js";

/**
 * Writes to the step's log. Any text may hold names and messages from outside (object keys, file names, server messages), so control
 * characters are shown escaped, which keeps one message on one line, and nothing in it becomes a command of the agent.
 */
export const log = {
  info(message: string): void {
    tl.writeExternalOutput(`${escapeControls(message)}\n`, { source: "remote" });
  },
  warning(message: string): void {
    tl.warning(escapeControls(message), tl.IssueSource.TaskInternal);
  },
  error(message: string): void {
    tl.error(escapeControls(message), tl.IssueSource.TaskInternal);
  },
  debug(message: string): void {
    tl.debug(escapeControls(message));
  },
};

/** Shows control characters, line separators and marks that turn the direction of writing as `\u{…}`, and breaks
 * the agent's markers for colours and groups. */
export function escapeControls(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Cs}]/gu, escapeCharacter)
    .replaceAll("##[", "## [");
}

function escapeCharacter(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
