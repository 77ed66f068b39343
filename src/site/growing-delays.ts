import { type BackOff, delayAfter, pause } from "../scheduling/back-off.ts";

const BACK_OFF: BackOff = { firstDelayMs: 1000, maxDelayMs: 20_000 };

/** Waits for a time; tests replace it. */
export type Pause = (delayMs: number, signal: AbortSignal) => Promise<void>;

/** Pause and clock, which tests replace. */
export interface WaitingTools {
  readonly signal: AbortSignal;
  readonly pause?: Pause;
  /** In milliseconds. */
  readonly now?: () => number;
}

/**
 * * Yields once for each try of something that is repeated until it succeeds: the first at once, each next one after twice the delay, up to
 * 20 s, and a last one at the end of the time.
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
