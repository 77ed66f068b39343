import { setTimeout as sleep } from "node:timers/promises";

/** Lets some time pass; tests have one that does not. */
export type Pause = (delayMs: number, signal: AbortSignal) => Promise<void>;

/** @throws the signal's reason as soon as it is aborted. */
export const pause: Pause = async (delayMs, signal) => {
  await sleep(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
};
