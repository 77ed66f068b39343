/** As many comparisons are under way at once: files are read for them, and now and then a HEAD is waited for. */
const MAX_COMPARISONS = 256;

/**
 * Gathers results in the order in which they were asked for, whether they are known at once or after some work on the side, of which so
 * much runs at once and no more.
 */
export class BackgroundQueue<Result> {
  /** By place; only the places of work under way are empty. */
  readonly #results: (Result | undefined)[] = [];
  #running = 0;
  #onEnd: (() => void) | undefined;
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
    while (this.#running >= MAX_COMPARISONS) await this.#nextEnd();
    this.#throwFailure();
    const place = this.#results.push(undefined) - 1;
    this.#running++;
    work()
      .then((result) => {
        this.#results[place] = result;
      })
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#running--;
        this.#onEnd?.();
      });
  }

  /** Waits until all is done. @throws what some work threw. */
  async finish(): Promise<readonly Result[]> {
    while (this.#running > 0) await this.#nextEnd();
    this.#throwFailure();
    return this.#results as Result[];
  }

  /** One promise at a time: a race of all that run would leave a reaction with each of them each time. */
  #nextEnd(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEnd = resolve;
    });
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
