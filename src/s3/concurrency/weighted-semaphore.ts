import { Semaphore } from "../../scheduling/semaphore.ts";
import { ConcurrencyTuner } from "./concurrency-tuner.ts";

/** The initial number of requests and connections at once. With fewer, the latency would show. */
const FIRST_REQUESTS = 64;
/** The maximum, if more requests at once bring more throughput. */
export const MAX_REQUESTS = 256;
/** A large body keeps its connection busy for long, so fewer of them use the whole bandwidth. */
const LARGE_BODIES = 16;

/**
 * Limits the requests that run at once, weighted by the size of their bodies. An automatic limit grows as long as it makes small requests
 * faster.
 */
export class WeightedSemaphore {
  readonly #slots: Semaphore;
  readonly #tuner: ConcurrencyTuner | undefined;

  /** @param slots the number from the inputs; undefined for the automatic one. */
  constructor(slots: number | undefined) {
    this.#slots = new Semaphore(slots ?? FIRST_REQUESTS);
    this.#tuner = slots === undefined ? new ConcurrencyTuner(FIRST_REQUESTS, MAX_REQUESTS) : undefined;
  }

  /** How much work to start: none that would have to wait, so that a stopped step has no work left in the queue. */
  get wanted(): number {
    return this.#slots.limit;
  }

  /** The weight of a request with a large body. If the number of requests is set by an input, each counts as one. */
  get largeBodyWeight(): number {
    return this.#tuner ? Math.floor(this.#slots.limit / LARGE_BODIES) : 1;
  }

  /** Runs `work` once so many slots are free, and gives them back when it has ended, well or badly. */
  async run<T>(weight: number, work: () => Promise<T>): Promise<T> {
    await this.#slots.take(weight);
    try {
      return await work();
    } finally {
      if (this.#tuner && weight === 1 && this.#slots.isFull) this.#slots.limit = this.#tuner.next();
      this.#slots.giveBack(weight);
    }
  }
}
