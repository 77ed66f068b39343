import { once } from "node:events";

/**
 * Waits for work that does not look at the signal. If the signal is aborted, the work may go on, but nobody waits for it.
 *
 * @throws what the work throws; the signal's reason as soon as it is aborted.
 */
export async function unlessAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const ended = new AbortController();
  const aborted = once(signal, "abort", { signal: ended.signal }).then(() => Promise.reject(signal.reason));
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    ended.abort();
  }
}
