import { Semaphore } from "../../scheduling/semaphore.ts";
import { ConcurrencyTuner } from "./concurrency-tuner.ts";

/** As many requests are under way at once to begin with, on as many connections: below that latency is not hidden. */
const FIRST_REQUESTS = 64;
/** At most, where more are answered sooner. */
export const MAX_REQUESTS = 256;
/** A large body keeps its connection busy for long, so fewer of them fill the line. */
const LARGE_BODIES = 16;

/**
 * Bounds the requests that are under way at once, each by the weight of its body. Where their number is automatic, it grows as long as small
 * requests come faster by it.
 */
export class WeightedSemaphore {
  readonly #slots: Semaphore;
  readonly #tuner: ConcurrencyTuner | undefined;

  /** @param slots the number that is asked for; undefined for the automatic one. */
  constructor(slots: number | undefined) {
    this.#slots = new Semaphore(slots ?? FIRST_REQUESTS);
    this.#tuner = slots === undefined ? new ConcurrencyTuner(FIRST_REQUESTS, MAX_REQUESTS) : undefined;
  }

  /** How much work is to be begun: none that would wait, so that none is under way yet when the step stops. */
  get wanted(): number {
    return this.#slots.limit;
  }

  /** What a request with a large body takes. Where the number of requests is asked for, each counts as one. */
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
