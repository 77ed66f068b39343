/**
 * Bounds what is under way at once. Work takes places by its weight and waits in turn for them, so a heavy piece of work is not overtaken
 * for ever by light ones; one that is heavier than all places runs alone.
 */
export class Semaphore {
  #limit: number;
  #taken = 0;
  readonly #waiting: { readonly weight: number; readonly start: () => void }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many places there are. Those that are taken stay so where it is lowered. */
  get limit(): number {
    return this.#limit;
  }

  set limit(limit: number) {
    this.#limit = limit;
    this.#startNext();
  }

  get taken(): number {
    return this.#taken;
  }

  /** Whether there may be work for more places: all are taken, or what waits needs more than are free. */
  get isFull(): boolean {
    return this.#taken >= this.#limit || this.#waiting.length > 0;
  }

  /** Takes places, once so many are free and nothing waits that came before. */
  async take(weight: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#hasRoom(weight)) this.#taken += weight;
    else await new Promise<void>((start) => this.#waiting.push({ weight, start }));
  }

  giveBack(weight: number): void {
    this.#taken -= weight;
    this.#startNext();
  }

  #hasRoom(weight: number): boolean {
    return this.#taken === 0 || this.#taken + weight <= this.#limit;
  }

  /** Those that wait get their places here, so that nothing that comes later overtakes them. */
  #startNext(): void {
    for (let next = this.#waiting[0]; next && this.#hasRoom(next.weight); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#taken += next.weight;
      next.start();
    }
  }
}
