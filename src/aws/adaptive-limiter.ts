import { isThrottling } from "./retry.ts";

/**
 * How many attempts may be under way at once: any number, until the service says that it is too much. Then half of those that were, and
 * one more after each round of successes: additive increase and multiplicative decrease, as TCP shares a line (RFC 5681, section 3.1).
 *
 * A prefix of a bucket takes some thousand requests a second, and more as S3 sees the need: "Best practices design patterns: optimizing
 * Amazon S3 performance" in the Amazon S3 User Guide.
 */
export class AdaptiveLimiter {
  #limit = Number.POSITIVE_INFINITY;
  #running = 0;
  #successes = 0;
  /** How often the limit was cut: what began before the last cut tells nothing of the pace since then. */
  #cuts = 0;
  readonly #waiting: (() => void)[] = [];

  /** Runs an attempt, once there is room for it. @throws what it throws. */
  async run<T>(attempt: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((start) => this.#waiting.push(start));
    else this.#running++;
    const cuts = this.#cuts;
    try {
      const result = await attempt();
      if (cuts === this.#cuts) this.#quicken();
      return result;
    } catch (error) {
      if (cuts === this.#cuts && isThrottling(error)) this.#slowDown();
      throw error;
    } finally {
      this.#running--;
      this.#startWaiting();
    }
  }

  #slowDown(): void {
    this.#limit = Math.max(1, Math.floor(this.#running / 2));
    this.#successes = 0;
    this.#cuts++;
  }

  #quicken(): void {
    if (++this.#successes < this.#limit) return;
    this.#successes = 0;
    this.#limit++;
  }

  /** Those that wait take the room of those that ended, so that none overtakes them. */
  #startWaiting(): void {
    while (this.#running < this.#limit) {
      const start = this.#waiting.shift();
      if (!start) return;
      this.#running++;
      start();
    }
  }
}
