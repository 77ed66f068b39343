import { type EventLoopUtilization, performance } from "node:perf_hooks";

/** The number of requests at once grows by this factor with each step. */
const STEP = 1.5;
/** The gain that a step must bring. If requests only wait for the server, the gain is 50 %. */
const MIN_GAIN = 1.1;
/** If this thread has less idle time, more requests at once would not help. */
const MAX_BUSY_SHARE = 0.9;

/** How long this thread has computed, and how long it has waited, in milliseconds. */
export type Activity = Pick<EventLoopUtilization, "active" | "idle">;

/** Finds the best number of requests at once: it raises the number as long as this thread has idle time and throughput grows. */
export class ConcurrencyTuner {
  readonly #max: number;
  readonly #measure: () => Activity;
  #limit: number;
  #ended = 0;
  #before: Activity;
  /** Requests a millisecond, before the last step. */
  #rate = 0;
  #isOver = false;

  constructor(first: number, max: number, measure: () => Activity = () => performance.eventLoopUtilization()) {
    this.#limit = first;
    this.#max = max;
    this.#measure = measure;
    this.#before = measure();
  }

  /** Call it whenever a request has ended while the maximum number was running. @returns how many may be under way at once from now on. */
  next(): number {
    if (this.#isOver || ++this.#ended < 2 * this.#limit) return this.#limit;
    const now = this.#measure();
    const activeMs = now.active - this.#before.active;
    const elapsedMs = activeMs + now.idle - this.#before.idle;
    const rate = this.#ended / elapsedMs;
    this.#before = now;
    this.#ended = 0;
    if (activeMs / elapsedMs <= MAX_BUSY_SHARE) this.#step(rate);
    return this.#limit;
  }

  #step(rate: number): void {
    this.#isOver = this.#limit === this.#max || rate < this.#rate * MIN_GAIN;
    if (this.#isOver) return;
    this.#rate = rate;
    this.#limit = Math.min(this.#max, Math.floor(this.#limit * STEP));
  }
}
