import { ConcurrencyTuner } from "./concurrency-tuner.ts";

/** As many requests are under way at once to begin with, on as many connections: below that latency is not hidden. */
const FIRST_REQUESTS = 64;
/** At most, where more are answered sooner. */
export const MAX_REQUESTS = 256;
/** A large body keeps its connection busy for long, so fewer of them fill the line. */
const LARGE_BODIES = 16;

/**
 * Bounds what is under way at once. Where the number is automatic, it grows as long as small requests come faster by it. Work takes slots
 * by its weight and waits in turn for them, so a heavy piece of work is not overtaken for ever by light ones.
 */
export class WeightedSemaphore {
  #slots: number;
  #free: number;
  readonly #tuner: ConcurrencyTuner | undefined;
  readonly #waiting: { weight: number; start: () => void }[] = [];

  /** @param slots the number that is asked for; undefined for the automatic one. */
  constructor(slots: number | undefined) {
    this.#slots = slots ?? FIRST_REQUESTS;
    this.#free = this.#slots;
    this.#tuner = slots === undefined ? new ConcurrencyTuner(FIRST_REQUESTS, MAX_REQUESTS) : undefined;
  }

  /** How much work is to be begun: where the number is automatic, some of it waits, so that it is seen that more is wanted. */
  get wanted(): number {
    return this.#tuner ? this.#slots + 1 : this.#slots;
  }

  /** What a request with a large body takes. Where the number of requests is asked for, each counts as one. */
  get largeBodyWeight(): number {
    return this.#tuner ? Math.floor(this.#slots / LARGE_BODIES) : 1;
  }

  /**
   * Runs `work` once `wantedWeight` slots are free, or all of them where there are fewer, and gives them back when it has ended, well or
   * badly.
   */
  async run<T>(wantedWeight: number, work: () => Promise<T>): Promise<T> {
    const weight = Math.min(wantedWeight, this.#slots);
    await new Promise<void>((start) => {
      this.#waiting.push({ weight, start });
      this.#startNext();
    });
    try {
      return await work();
    } finally {
      this.#free += weight;
      if (wantedWeight === 1 && this.#waiting.length > 0) this.#tune();
      this.#startNext();
    }
  }

  #tune(): void {
    const slots = this.#tuner?.next() ?? this.#slots;
    this.#free += slots - this.#slots;
    this.#slots = slots;
  }

  #startNext(): void {
    for (let next = this.#waiting[0]; next && next.weight <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.weight;
      next.start();
    }
  }
}
