import * as tl from "azure-pipelines-task-lib/task.js";
import { shorten } from "../errors/bounded-text.ts";
import { type CodedMessage, printed } from "../errors/coded-message.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { escapeControls } from "./escape.ts";

/** No line is longer than 8,000 characters, with the agent's prefix included. */
const MAX_LINE_LENGTH = 7_900;

/**
 * * Makes a text safe for the log, and cuts it to the longest allowed line.
 * @param code the code of an error or a warning. It is always at the end, even of a text that is cut.
 */
export function logLine(message: string, code?: ErrorCode): string {
  const end = code === undefined ? "" : printed({ message: "", code });
  const maxLength = MAX_LINE_LENGTH - end.length;
  // Cut first, because escaping takes time for each character.
  return shorten(escapeControls(shorten(message, maxLength)), maxLength) + end;
}

/**
 * Writes to the step's log. Any text may hold names and messages from outside (object keys, file names, server messages), so control
 * characters are shown escaped, which keeps one message on one line, and nothing in it becomes a command of the agent.
 */
export const log = {
  info(message: string): void {
    tl.writeExternalOutput(`${logLine(message)}\n`, { source: "remote" });
  },
  warning(code: ErrorCode, message: string): void {
    tl.warning(logLine(message, code), tl.IssueSource.TaskInternal);
  },
  error({ message, code }: CodedMessage): void {
    tl.error(logLine(message, code), tl.IssueSource.TaskInternal);
  },
};
