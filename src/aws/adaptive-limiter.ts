import { Semaphore } from "../scheduling/semaphore.ts";
import { isThrottling } from "./retry.ts";

/**
 * Limits how many attempts run at once. There is no limit until the service answers that there are too many requests. Then half of them
 * may run, and one more after each round of successes: additive increase and multiplicative decrease, as in TCP (RFC 5681, section 3.1). A
 * prefix of a bucket accepts some thousand requests a second, and S3 raises this with the load: "Best practices design patterns: optimizing
 * Amazon S3 performance" in the Amazon S3 User Guide.
 */
export class AdaptiveLimiter {
  readonly #places = new Semaphore(Number.POSITIVE_INFINITY);
  #successes = 0;
  /** How often the limit was lowered. An attempt that started before the last change says nothing about the new limit. */
  #cuts = 0;

  /**
   * Runs an attempt as soon as the limit allows.
   *
   * @throws what the attempt throws.
   */
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
