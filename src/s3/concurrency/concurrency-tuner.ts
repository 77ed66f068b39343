import { type EventLoopUtilization, performance } from "node:perf_hooks";

/** How many more requests are under way at once after each step. */
const STEP = 1.5;
/** What a step has to bring: where requests wait for the server's answers alone, it is half as much again. */
const MIN_GAIN = 1.1;
/** With less time to spare this thread could not do more, however many requests are under way. */
const MAX_BUSY_SHARE = 0.9;

/** How long this thread has computed, and how long it has waited, in milliseconds. */
export type Activity = Pick<EventLoopUtilization, "active" | "idle">;

/** Finds out how many requests at once are worth it: more, as long as this thread waits for answers and more come by it. */
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

  /** To be called whenever a request has ended, and as many were under way as may be. @returns how many may be under way at once from now on. */
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
