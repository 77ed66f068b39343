import { setTimeout as sleep } from "node:timers/promises";

/** How long the delays between tries are: each twice as long as the one before, up to the longest. */
export interface BackOff {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

/** The delay in milliseconds that comes after try number `tries`, from 1. */
export function delayAfter(tries: number, { firstDelayMs, maxDelayMs }: BackOff): number {
  return Math.min(maxDelayMs, firstDelayMs * 2 ** (tries - 1));
}

/** Lets some time pass. @throws the signal's reason as soon as it is aborted. */
export async function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
}

/**
 * Calls `attempt` until it succeeds, or no delay is given after it failed.
 *
 * @param delayMsAfter how long to wait after try number `tries`, from 1, failed with `error`; undefined if it was the last one.
 * @throws the last error; the signal's reason as soon as it is aborted.
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  delayMsAfter: (error: unknown, tries: number) => number | undefined,
  signal?: AbortSignal,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      const delayMs = delayMsAfter(error, tries);
      if (delayMs === undefined) throw error;
      await pause(delayMs, signal);
    }
  }
}
