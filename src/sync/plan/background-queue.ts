import { Semaphore } from "../../scheduling/semaphore.ts";

/** As many comparisons are under way at once: files are read for them, and now and then a HEAD is waited for. */
const MAX_COMPARISONS = 256;

/** Runs work on the side while a plan is made, so much of it at once and no more. */
export class BackgroundQueue {
  readonly #places = new Semaphore(MAX_COMPARISONS);
  #failure: { readonly error: unknown } | undefined;

  /**
   * Starts a piece of work, as soon as there is room for it.
   *
   * @throws what an earlier piece threw.
   */
  async add(work: () => Promise<void>): Promise<void> {
    this.#throwFailure();
    await this.#places.take(1);
    void work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#places.giveBack(1));
  }

  /** Waits until all is done. @throws what a piece threw. */
  async finish(): Promise<void> {
    await this.#places.take(MAX_COMPARISONS);
    this.#places.giveBack(MAX_COMPARISONS);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
