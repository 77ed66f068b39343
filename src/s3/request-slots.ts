/**
 * Bounds what is under way at once. Work takes slots by its weight and waits in turn for them, so a heavy piece of
 * work is not overtaken for ever by light ones.
 */
export class RequestSlots {
  #free: number;
  readonly #waiting: { weight: number; start: () => void }[] = [];

  constructor(slots: number) {
    this.#free = slots;
  }

  /** Runs `work` once `weight` slots are free, and gives them back when it has ended, well or badly. */
  async run<T>(weight: number, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#waiting.push({ weight, start });
      this.#startNext();
    });
    try {
      return await work();
    } finally {
      this.#free += weight;
      this.#startNext();
    }
  }

  #startNext(): void {
    for (let next = this.#waiting[0]; next && next.weight <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.weight;
      next.start();
    }
  }
}
