import type { PutAction } from "./plan.ts";

/** An action that failed for good; the others went on. */
export interface ActionFailure {
  readonly action: PutAction;
  readonly error: unknown;
}

export interface ApplyResult {
  readonly filesDone: number;
  readonly bytesDone: number;
  readonly failures: readonly ActionFailure[];
  /** What ended the whole step early, because every further action would have failed alike. */
  readonly fatal: unknown;
}

export interface ApplyOptions {
  /** Actions under way at once. */
  readonly parallelActions: number;
  /** Does one action and returns how many bytes it stored. */
  perform(action: PutAction): Promise<number>;
  /** Whether a failure says that all other actions will fail too. */
  isFatal(error: unknown, filesDone: number): boolean;
  onDone(action: PutAction): void;
  /** Ends the actions under way; used after a fatal failure. */
  abort(reason: unknown): void;
  readonly signal: AbortSignal;
}

/**
 * Performs the actions, several at a time. A failed action does not stop the others, unless it is fatal.
 *
 * @throws never: all that went wrong is in the result.
 */
export async function applyActions(actions: readonly PutAction[], options: ApplyOptions): Promise<ApplyResult> {
  const failures: ActionFailure[] = [];
  let filesDone = 0;
  let bytesDone = 0;
  let fatal: unknown;
  let next = 0;

  async function performFromQueue(): Promise<void> {
    while (!options.signal.aborted) {
      const action = actions[next++];
      if (!action) return;
      try {
        const storedBytes = await options.perform(action);
        bytesDone += storedBytes;
        filesDone++;
        options.onDone(action);
      } catch (error) {
        if (options.signal.aborted) return;
        if (options.isFatal(error, filesDone)) {
          fatal = error;
          options.abort(error);
          return;
        }
        failures.push({ action, error });
      }
    }
  }

  const queues = Math.min(options.parallelActions, actions.length);
  await Promise.all(Array.from({ length: queues }, performFromQueue));
  return { filesDone, bytesDone, failures, fatal };
}
