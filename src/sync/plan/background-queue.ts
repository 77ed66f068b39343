import { Semaphore } from "../../scheduling/semaphore.ts";

/** As many comparisons are under way at once: files are read for them, and now and then a HEAD is waited for. */
const MAX_COMPARISONS = 256;

/**
 * Gathers results in the order in which they were asked for, whether they are known at once or after some work on the side, of which so
 * much runs at once and no more.
 */
export class BackgroundQueue<Result> {
  /** By place; only the places of work under way are empty. */
  readonly #results: (Result | undefined)[] = [];
  readonly #running = new Semaphore(MAX_COMPARISONS);
  #failure: { readonly error: unknown } | undefined;

  /** Takes the next place for a result that is known. */
  push(result: Result): void {
    this.#results.push(result);
  }

  /**
   * Takes the next place for what the work results in, and starts it as soon as there is room for it.
   *
   * @throws what earlier work threw.
   */
  async add(work: () => Promise<Result>): Promise<void> {
    this.#throwFailure();
    await this.#running.take(1);
    const place = this.#results.push(undefined) - 1;
    void work()
      .then((result) => {
        this.#results[place] = result;
      })
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.giveBack(1));
  }

  /** Waits until all is done. @throws what some work threw. */
  async finish(): Promise<readonly Result[]> {
    await this.#running.take(MAX_COMPARISONS);
    this.#running.giveBack(MAX_COMPARISONS);
    this.#throwFailure();
    return this.#results as Result[];
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
