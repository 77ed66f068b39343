import { setMaxListeners } from "node:events";

/**
 * Works on each item, on a limited number at once. The first failure aborts the others.
 *
 * @param width how many at once; a function is asked again whenever some work has ended, for a number that may grow.
 * @param work gets a signal that is aborted by `signal`, and where another item's work has failed.
 * @returns the results in the order of the items.
 * @throws what the first failed work threw, once all others have ended; the signal's reason.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number | (() => number),
  signal: AbortSignal | undefined,
  work: (item: Item, index: number, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const failure = new AbortController();
  const eitherSignal = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  setMaxListeners(0, eitherSignal);
  const results: Result[] = new Array(items.length);
  let next = 0;

  async function workFromQueue(): Promise<void> {
    while (next < items.length && !eitherSignal.aborted) {
      const index = next++;
      results[index] = await work(items[index] as Item, index, eitherSignal);
      startQueues();
    }
  }

  const queues: Promise<void>[] = [];
  function startQueues(): void {
    const wanted = Math.min(typeof width === "number" ? width : width(), items.length);
    while (queues.length < wanted) queues.push(workFromQueue().catch((error: unknown) => failure.abort(error)));
  }

  startQueues();
  // More workers may start in the meantime.
  for (let index = 0; index < queues.length; index++) await queues[index];
  eitherSignal.throwIfAborted();
  return results;
}
