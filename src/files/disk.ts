/** To hand a call over to a thread and to hear of its end takes about so long. */
const HAND_OVER_MS = 0.1;
/** So many more slow calls than quick ones: one that the system held up says nothing. */
const MANY = 16;

/**
 * Makes short calls to the file system at once, as long as that takes less time than to hand them over to threads: 3,000 small files on a
 * disk whose writes the system keeps in memory take half as much computing so. Where the disk is slow, being far away or looked at by a
 * virus scanner, calls are handed over, and many of them wait at once.
 */
export class Disk {
  readonly #quickMs: number;
  #slowCalls = 0;

  /** @param quickMs what a call takes at most where it is worth being made at once. */
  constructor(quickMs = HAND_OVER_MS) {
    this.#quickMs = quickMs;
  }

  /** @param now makes the call; `later` makes the same call by promises. Throws what they throw. */
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
