import { isStepFatal, mayConcernAll } from "../aws/errors/error-hints.ts";
import { inParallel } from "../s3/concurrency/in-parallel.ts";
import type { Action } from "./plan/plan.ts";

/** After this many failures in a row the rest is not tried, because each may have taken minutes of retries. */
const MAX_FAILURES_IN_A_ROW = 64;

/** An action that failed after all retries. The others continued. */
export interface ActionFailure {
  readonly action: Action;
  readonly error: unknown;
}

export interface ApplyResult {
  readonly done: readonly Action[];
  readonly bytesDone: number;
  readonly failures: readonly ActionFailure[];
  /** Whether actions were not tried, because they would have failed like those before them. */
  readonly stoppedEarly: boolean;
}

export interface ApplyOptions {
  /** How many actions may run at once. It is called repeatedly, because the number may grow. */
  parallelActions(): number;
  /** Does one action and returns how many bytes it transferred. */
  perform(action: Action): Promise<number>;
  onDone(action: Action, transferredBytes: number): void;
  readonly signal: AbortSignal;
}

/**
 * Performs the actions, several at a time. A failed action does not stop the others, unless it is fatal, or too many have failed in a
 * row. Running actions are still completed then.
 *
 * @throws never: all that went wrong is in the result.
 */
export async function applyActions(actions: readonly Action[], options: ApplyOptions): Promise<ApplyResult> {
  const done: Action[] = [];
  const failures: ActionFailure[] = [];
  let begun = 0;
  let bytesDone = 0;
  let failuresInARow = 0;
  const stop = new AbortController();
  const stopSignal = AbortSignal.any([options.signal, stop.signal]);

  async function performOne(action: Action): Promise<void> {
    begun++;
    try {
      const transferredBytes = await options.perform(action);
      done.push(action);
      bytesDone += transferredBytes;
      failuresInARow = 0;
      options.onDone(action, transferredBytes);
    } catch (error) {
      if (options.signal.aborted) return;
      failures.push({ action, error });
      if (mayConcernAll(error)) failuresInARow++;
      if (isStepFatal(error) || failuresInARow >= MAX_FAILURES_IN_A_ROW) stop.abort();
    }
  }

  await inParallel(actions, () => options.parallelActions(), stopSignal, performOne).catch((error: unknown) => {
    if (!stopSignal.aborted) throw error;
  });
  return { done, bytesDone, failures, stoppedEarly: stop.signal.aborted && begun < actions.length };
}
