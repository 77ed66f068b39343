/**
 * Limits how much work runs at once. Work takes places by its weight and waits in order, so light work cannot delay heavy work for ever.
 * Work that needs more than all places runs alone.
 */
export class Semaphore {
  #limit: number;
  #taken = 0;
  readonly #waiting: { readonly weight: number; readonly start: () => void }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The number of places. Lowering it does not affect places that are taken. */
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

  /** Whether more places could be used: all are taken, or the waiting work needs more than are free. */
  get isFull(): boolean {
    return this.#taken >= this.#limit || this.#waiting.length > 0;
  }

  /** Takes places as soon as enough are free and no earlier work waits. */
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

  /** Waiting work gets its places here, so that later work cannot overtake it. */
  #startNext(): void {
    for (let next = this.#waiting[0]; next && this.#hasRoom(next.weight); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#taken += next.weight;
      next.start();
    }
  }
}
