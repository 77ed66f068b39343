import { setImmediate as nextTurn } from "node:timers/promises";

/** The process cannot receive a cancel while work runs without a pause. */
const MAX_WORK_MS = 50;

/** Called regularly by long work, so that the process can receive signals. */
export type TakeTurns = () => Promise<void> | undefined;

/**
 * Makes pauses in long work that never waits.
 *
 * @param signal ends the work. If absent, whoever awaits the work ends it.
 * @returns a function to call for each piece of work. Await its promise, if there is one; it rejects with the signal's reason.
 */
export function eventLoopTurns(signal?: AbortSignal): TakeTurns {
  let sinceMs = performance.now();
  return () => {
    if (performance.now() - sinceMs < MAX_WORK_MS) return undefined;
    return nextTurn().then(() => {
      signal?.throwIfAborted();
      sinceMs = performance.now();
    });
  };
}
