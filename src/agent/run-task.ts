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

/** How many errors are shown; the others are only counted. */
const MAX_SHOWN_ERRORS = 50;

/** The message for developers who run the task with mock inputs. */
const NO_INPUTS =
  "The task has no inputs, because another copy of azure-pipelines-task-lib in this process took them. Call run(true) of the TaskMockRunner: run() loads a second copy.";

/** The outcome of a task: its output variables, and its errors. */
export interface TaskOutcome {
  readonly outputs: Readonly<Record<string, string>>;
  /** Empty if the task succeeded. */
  readonly errors: readonly CodedMessage[];
}

/**
 * Runs a task's body and reports to the agent: output variables, errors, and the result. Every failure becomes an error message, never a
 * stack trace, and never a success.
 */
export async function runTask(body: (cancelSignal: AbortSignal) => Promise<TaskOutcome>): Promise<void> {
  fixYoungGeneration();
  // V8 would let the old generation grow to several times its live data; twice is enough. A smaller factor costs more: with 40 percent
  // growth, the plan of a million objects took 350 MB instead of 400, but the whole heap was collected 42 times instead of 21.
  setFlagsFromString("--heap-growing-percent=100");
  try {
    // The task library moves inputs into its vault once per process. If another copy of it was loaded first, this one has no inputs.
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
  // Each message is already logged as an error; the result only counts them.
  tl.command("task.complete", { result: "Failed" }, `${errors.length} errors`);
}
