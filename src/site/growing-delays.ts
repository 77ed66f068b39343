import { setTimeout as sleep } from "node:timers/promises";

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 20_000;

/** Lets some time pass; tests have one that does not. */
export type Pause = (delayMs: number, signal: AbortSignal) => Promise<void>;

/** @throws the signal's reason as soon as it is aborted. */
export const pause: Pause = async (delayMs, signal) => {
  await sleep(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
};

/** What waiting needs; tests have a pause that takes no time, and a clock of their own. */
export interface WaitingTools {
  readonly signal: AbortSignal;
  readonly pause?: Pause;
  /** In milliseconds. */
  readonly now?: () => number;
}

/**
 * Turns for what is tried until it succeeds: the first at once, each further one after a delay twice as long as the one before, up to 20 s,
 * and a last one when the time is up.
 *
 * @throws the signal's reason.
 */
export async function* growingDelays(
  timeoutMs: number,
  { signal, pause: wait = pause, now = Date.now }: WaitingTools,
): AsyncGenerator<void, void> {
  const deadline = now() + timeoutMs;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
    yield;
    const remainingMs = deadline - now();
    if (remainingMs <= 0) return;
    await wait(Math.min(delayMs, remainingMs), signal);
  }
}
