import * as tl from "azure-pipelines-task-lib/task.js";
import { type CodedMessage, printed } from "../errors/coded-message.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { escapeControls } from "./escape.ts";

/**
 * Writes to the step's log. Any text may hold names and messages from outside (object keys, file names, server messages), so control
 * characters are shown escaped, which keeps one message on one line, and nothing in it becomes a command of the agent.
 */
export const log = {
  info(message: string): void {
    tl.writeExternalOutput(`${escapeControls(message)}\n`, { source: "remote" });
  },
  warning(code: ErrorCode, message: string): void {
    tl.warning(escapeControls(printed({ code, message })), tl.IssueSource.TaskInternal);
  },
  error(error: CodedMessage): void {
    tl.error(escapeControls(printed(error)), tl.IssueSource.TaskInternal);
  },
};
