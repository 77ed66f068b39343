import * as tl from "azure-pipelines-task-lib/task.js";
import { shorten } from "../errors/bounded-text.ts";
import { type CodedMessage, printed } from "../errors/coded-message.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { escapeControls } from "./escape.ts";

/** No line is longer than 8,000 characters, with the agent's prefix included. */
const MAX_LINE_LENGTH = 7_900;

/**
 * Makes a text safe for the log, and cuts it to the longest allowed line.
 *
 * @param code the code of an error or a warning. It is always at the end, even of a text that is cut.
 */
export function logLine(message: string, code?: ErrorCode): string {
  const end = code === undefined ? "" : printed({ message: "", code });
  const maxLength = MAX_LINE_LENGTH - end.length;
  // Cut first, because escaping takes time for each character.
  return shorten(escapeControls(shorten(message, maxLength)), maxLength) + end;
}

/** So many warnings are kept for the summary; the others are counted. */
const MAX_KEPT_WARNINGS = 10;
const keptWarnings: CodedMessage[] = [];
let warningCount = 0;

/** A preview opens several clients of its bucket, and publishes up to six times. Lines after these may be logged again. */
const MAX_KNOWN_LINES = 1_000;
const knownLines = new Set<string>();

/** @returns whether the step logs this line for the first time. */
function isNew(line: string): boolean {
  if (knownLines.has(line)) return false;
  if (knownLines.size < MAX_KNOWN_LINES) knownLines.add(line);
  return true;
}

/** The warnings of the step so far: the first of them, and how many there are. */
export function loggedWarnings(): { readonly shown: readonly CodedMessage[]; readonly count: number } {
  return { shown: [...keptWarnings], count: warningCount };
}

/** The title of the list whose items are being written. */
let openList: string | undefined;

function write(line: string): void {
  tl.writeExternalOutput(`${line}\n`, { source: "remote" });
}

/**
 * Writes to the step's log. Any text may hold names and messages from outside (object keys, file names, server messages), so control
 * characters are shown escaped, which keeps one message on one line, and nothing in it becomes a command of the agent.
 */
export const log = {
  info(message: string): void {
    log.endList();
    write(logLine(message));
  },
  /** Is only shown if the pipeline has the variable `system.debug`. */
  debug(message: string): void {
    tl.debug(logLine(message));
  },
  /** As `info`; the same message is logged once in a step. */
  infoOnce(message: string): void {
    if (isNew(logLine(message))) log.info(message);
  },
  /** Says how far the step is, without an end to a list. */
  progress(message: string): void {
    write(logLine(message));
  },
  /** Writes a line of a long list, which the log shows folded under its title. Any other message ends the list. */
  item(title: string, message: string): void {
    if (title !== openList) {
      log.endList();
      write(`##[group]${logLine(title)}`);
      openList = title;
    }
    write(logLine(message));
  },
  endList(): void {
    if (openList !== undefined) write("##[endgroup]");
    openList = undefined;
  },
  /** The same warning is logged once in a step. */
  warning(code: ErrorCode, message: string): void {
    const line = logLine(message, code);
    if (!isNew(line)) return;
    log.endList();
    if (++warningCount <= MAX_KEPT_WARNINGS) keptWarnings.push({ code, message });
    tl.warning(line, tl.IssueSource.TaskInternal);
  },
  error({ message, code }: CodedMessage): void {
    log.endList();
    tl.error(logLine(message, code), tl.IssueSource.TaskInternal);
  },
};
