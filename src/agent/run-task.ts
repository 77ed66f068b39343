import { setFlagsFromString } from "node:v8";
import * as taskLibrary from "azure-pipelines-task-lib/internal.js";
import * as tl from "azure-pipelines-task-lib/task.js";
import { codeOf } from "../errors/coded-error.ts";
import type { CodedMessage } from "../errors/coded-message.ts";
import { CancelledError, cancellation } from "./cancellation.ts";
import { InputError } from "./inputs.ts";
import { log, logLine } from "./log.ts";
import { maskNetworkPasswords } from "./network.ts";
import { fixYoungGeneration } from "./node/young-generation.ts";

/** Errors that are shown one by one; the rest are counted. */
const MAX_SHOWN_ERRORS = 50;

/** What developers read who run the task with mock inputs. */
const NO_INPUTS =
  "The task has no inputs, because another copy of azure-pipelines-task-lib in this process took them. Call run(true) of the TaskMockRunner: run() loads a second copy.";

/** What a task came to: an output variable for each result, and what went wrong. */
export interface TaskOutcome {
  readonly outputs: Readonly<Record<string, string>>;
  /** None means success. */
  readonly errors: readonly CodedMessage[];
}

/**
 * Runs a task's body and tells the agent how it ended: output variables, errors, and the result. Whatever goes wrong is a message,
 * never a stack trace, and never a success.
 */
export async function runTask(body: (cancelled: AbortSignal) => Promise<TaskOutcome>): Promise<void> {
  fixYoungGeneration();
  // V8 would let the old generation grow to several times what lives in it, where twice is enough. Less would be dearer: with a growth
  // of 40 percent the plan of a million objects took 50 MB of 400 less, and had the whole heap collected 42 times in place of 21.
  setFlagsFromString("--heap-growing-percent=100");
  try {
    // The library of the bundle takes inputs into its vault once per process: it has none if another copy came first.
    if (taskLibrary._vault === undefined) return fail([{ code: "inputs-not-readable", message: NO_INPUTS }]);
    maskNetworkPasswords();
    const outcome = await body(cancellation());
    for (const [name, value] of Object.entries(outcome.outputs)) tl.setVariable(name, value, false, true);
    if (outcome.errors.length === 0) tl.setResult(tl.TaskResult.Succeeded, "");
    else fail(outcome.errors);
  } catch (error) {
    if (error instanceof InputError)
      fail(error.problems.map(({ input, code, message }) => ({ code, message: `${input}: ${message}` })));
    else if (error instanceof CancelledError) fail([{ code: error.code, message: "The step was cancelled." }]);
    else fail([{ code: codeOf(error), message: error instanceof Error ? error.message : String(error) }]);
  }
}

function fail(errors: readonly CodedMessage[]): void {
  const [only, ...others] = errors;
  if (only !== undefined && others.length === 0) {
    tl.setResult(tl.TaskResult.Failed, logLine(only.message, only.code));
    return;
  }
  for (const error of errors.slice(0, MAX_SHOWN_ERRORS)) log.error(error);
  const hidden = errors.length - MAX_SHOWN_ERRORS;
  if (hidden > 0) log.info(`… and ${hidden} more errors.`);
  // The messages are errors of their own already; the result only counts them.
  tl.command("task.complete", { result: "Failed" }, `${errors.length} errors`);
}
