import { setImmediate as nextTurn } from "node:timers/promises";

/** Work without a pause keeps the process from hearing that it is cancelled. */
const MAX_WORK_MS = 50;

/** Called again and again by long work, so that the process hears signals meanwhile. */
export type TakeTurns = () => Promise<void> | undefined;

/**
 * Makes pauses for work that takes long and waits for nothing.
 *
 * @returns a function that is called for each piece of work. Its promise, if any, is to be awaited; it rejects with the signal's reason.
 */
export function eventLoopTurns(signal: AbortSignal): TakeTurns {
  let sinceMs = performance.now();
  return () => {
    if (performance.now() - sinceMs < MAX_WORK_MS) return undefined;
    return nextTurn().then(() => {
      signal.throwIfAborted();
      sinceMs = performance.now();
    });
  };
}
