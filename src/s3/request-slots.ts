/** Requests under way at once, as many connections as that: below it latency is not hidden, above it little is gained. */
export const MAX_REQUESTS = 64;
/** A large body keeps its connection busy for long, so fewer of them fill the line. */
const LARGE_BODY_WEIGHT = 4;

/**
 * Bounds what is under way at once. Work takes slots by its weight and waits in turn for them, so a heavy piece of
 * work is not overtaken for ever by light ones.
 */
export class RequestSlots {
  readonly #slots: number;
  #free: number;
  readonly #waiting: { weight: number; start: () => void }[] = [];

  /** What a request with a large body takes. Where the number of requests is asked for, each counts as one. */
  readonly largeBodyWeight: number;

  /** @param slots the number that is asked for; undefined for the automatic one. */
  constructor(slots: number | undefined) {
    this.#slots = slots ?? MAX_REQUESTS;
    this.#free = this.#slots;
    this.largeBodyWeight = slots === undefined ? LARGE_BODY_WEIGHT : 1;
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
      this.#startNext();
    }
  }

  #startNext(): void {
    for (let next = this.#waiting[0]; next && next.weight <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.weight;
      next.start();
    }
  }
}
