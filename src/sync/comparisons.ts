/** As many comparisons are under way at once: files are read for them, and now and then a HEAD is waited for. */
const MAX_COMPARISONS = 256;

/** Runs work on the side while a plan is made, so much of it at once and no more. */
export class Comparisons {
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /**
   * Starts a piece of work, as soon as there is room for it.
   *
   * @throws what an earlier piece threw.
   */
  async add(work: () => Promise<void>): Promise<void> {
    while (this.#running.size >= MAX_COMPARISONS) await Promise.race(this.#running);
    this.#throwFailure();
    const running = work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits until all is done. @throws what a piece threw. */
  async finish(): Promise<void> {
    await Promise.all(this.#running);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
