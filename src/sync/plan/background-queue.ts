import { Semaphore } from "../../scheduling/semaphore.ts";

/** The number of comparisons at once. They read files, and sometimes wait for a HEAD. */
const MAX_COMPARISONS = 256;

/**
 * Collects results in the order of the calls. A result may be known at once, or need background work, of which only a limited amount runs
 * at once.
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
