import { type BackOff, delayAfter, pause } from "../scheduling/back-off.ts";

const BACK_OFF: BackOff = { firstDelayMs: 1000, maxDelayMs: 20_000 };

/** Lets some time pass; tests have one that does not. */
export type Pause = (delayMs: number, signal: AbortSignal) => Promise<void>;

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
  for (let tries = 1; ; tries++) {
    yield;
    const remainingMs = deadline - now();
    if (remainingMs <= 0) return;
    await wait(Math.min(delayAfter(tries, BACK_OFF), remainingMs), signal);
  }
}
