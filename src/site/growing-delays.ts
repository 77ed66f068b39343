import { type BackOff, delayAfter, pause } from "../scheduling/back-off.ts";
import type { SiteLog } from "./plan/site-tools.ts";

const BACK_OFF: BackOff = { firstDelayMs: 1000, maxDelayMs: 20_000 };

/** Lets some time pass; tests have one that does not. */
export type Pause = (delayMs: number, signal: AbortSignal) => Promise<void>;

/** What waiting needs; tests have a pause that takes no time, and a clock of their own. */
export interface WaitingTools {
  readonly signal: AbortSignal;
  readonly pause?: Pause;
  /** In milliseconds. */
  readonly now?: () => number;
  /** Where the wait is announced. */
  readonly log?: Pick<SiteLog, "info">;
}

/**
 * Turns for what is tried until it succeeds: the first at once, each further one after a delay twice as long as the one before, up to 20 s,
 * and a last one when the time is up. The log says what the step waits for, as soon as it has to wait.
 *
 * @param waitsFor ends the sentence `Waiting until`, for example `CloudFront has completed the invalidation I1`.
 * @throws the signal's reason.
 */
export async function* growingDelays(
  timeoutMs: number,
  waitsFor: string,
  { signal, pause: wait = pause, now = Date.now, log }: WaitingTools,
): AsyncGenerator<void, void> {
  const deadline = now() + timeoutMs;
  for (let tries = 1; ; tries++) {
    yield;
    const remainingMs = deadline - now();
    if (remainingMs <= 0) return;
    if (tries === 1) log?.info(`Waiting until ${waitsFor}, at most ${formatLimit(remainingMs)}`);
    await wait(Math.min(delayAfter(tries, BACK_OFF), remainingMs), signal);
  }
}

/** `60 s`, `5 minutes`. */
function formatLimit(durationMs: number): string {
  const seconds = Math.ceil(durationMs / 1000);
  return seconds <= 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
}
