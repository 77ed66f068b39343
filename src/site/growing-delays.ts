import { type BackOff, delayAfter, pause } from "../scheduling/back-off.ts";
import type { SiteLog } from "./plan/site-tools.ts";

const BACK_OFF: BackOff = { firstDelayMs: 1000, maxDelayMs: 20_000 };

/** Waits for a time; tests replace it. */
export type Pause = (delayMs: number, signal: AbortSignal) => Promise<void>;

/** Pause and clock, which tests replace. */
export interface WaitingTools {
  readonly signal: AbortSignal;
  readonly pause?: Pause;
  /** In milliseconds. */
  readonly now?: () => number;
  /** Where the wait is announced. */
  readonly log?: Pick<SiteLog, "info">;
}

/**
 * Yields once for each try of something that is repeated until it succeeds: the first at once, each next one after twice the delay, up to
 * 20 s, and a last one at the end of the time. The log says what the step waits for, as soon as it has to wait.
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
