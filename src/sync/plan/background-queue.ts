/** As many comparisons are under way at once: files are read for them, and now and then a HEAD is waited for. */
const MAX_COMPARISONS = 256;

/** Runs work on the side while a plan is made, so much of it at once and no more. */
export class BackgroundQueue {
  #running = 0;
  #onEnd: (() => void) | undefined;
  #failure: { readonly error: unknown } | undefined;

  /**
   * Starts a piece of work, as soon as there is room for it.
   *
   * @throws what an earlier piece threw.
   */
  async add(work: () => Promise<void>): Promise<void> {
    while (this.#running >= MAX_COMPARISONS) await this.#nextEnd();
    this.#throwFailure();
    this.#running++;
    work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#running--;
        this.#onEnd?.();
      });
  }

  /** Waits until all is done. @throws what a piece threw. */
  async finish(): Promise<void> {
    while (this.#running > 0) await this.#nextEnd();
    this.#throwFailure();
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
