/** About the time it takes to hand a call to a thread and get its result. */
const HAND_OVER_MS = 0.1;
/** The disk counts as slow after this many more slow calls than quick ones. A single slow call means nothing. */
const MANY = 16;

/**
 * Makes short calls to the file system synchronously while that is faster than handing them to threads. For 3,000 small files on a disk
 * with a write cache this halves the CPU time. If the disk is slow, for example a network disk or one with a virus scanner, calls are
 * handed to threads, so that many can wait at once.
 */
export class Disk {
  readonly #quickMs: number;
  #slowCalls = 0;

  /** @param quickMs the longest time of a call that is worth making synchronously. */
  constructor(quickMs = HAND_OVER_MS) {
    this.#quickMs = quickMs;
  }

  /** @param now makes the call synchronously; `later` makes the same call with a promise. Throws what they throw. */
  async call<T>(now: () => T, later: () => Promise<T>): Promise<T> {
    if (this.#slowCalls >= MANY) return later();
    const startMs = performance.now();
    try {
      return now();
    } finally {
      const isSlow = performance.now() - startMs > this.#quickMs;
      this.#slowCalls = Math.max(0, this.#slowCalls + (isSlow ? 1 : -1));
    }
  }
}
