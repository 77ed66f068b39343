import { Semaphore } from "../scheduling/semaphore.ts";
import { isThrottling } from "./retry.ts";

/**
 * How many attempts may be under way at once: any number, until the service says that it is too much. Then half of those that were, and
 * one more after each round of successes: additive increase and multiplicative decrease, as TCP shares a line (RFC 5681, section 3.1).
 *
 * A prefix of a bucket takes some thousand requests a second, and more as S3 sees the need: "Best practices design patterns: optimizing
 * Amazon S3 performance" in the Amazon S3 User Guide.
 */
export class AdaptiveLimiter {
  readonly #places = new Semaphore(Number.POSITIVE_INFINITY);
  #successes = 0;
  /** How often the limit was cut: what began before the last cut tells nothing of the pace since then. */
  #cuts = 0;

  /** Runs an attempt, once there is room for it. @throws what it throws. */
  async run<T>(attempt: () => Promise<T>): Promise<T> {
    await this.#places.take(1);
    const cuts = this.#cuts;
    try {
      const result = await attempt();
      if (cuts === this.#cuts) this.#quicken();
      return result;
    } catch (error) {
      if (cuts === this.#cuts && isThrottling(error)) this.#slowDown();
      throw error;
    } finally {
      this.#places.giveBack(1);
    }
  }

  #slowDown(): void {
    this.#places.limit = Math.max(1, Math.floor(this.#places.taken / 2));
    this.#successes = 0;
    this.#cuts++;
  }

  #quicken(): void {
    if (++this.#successes < this.#places.limit) return;
    this.#successes = 0;
    this.#places.limit++;
  }
}
