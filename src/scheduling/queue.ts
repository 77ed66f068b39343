/** First in, first out. Unlike an array's `shift`, it costs the same however many items wait. */
export class Queue<Item> {
  #incoming: Item[] = [];
  /** In reverse order, so that the first item is the last one here. */
  #outgoing: Item[] = [];

  get length(): number {
    return this.#incoming.length + this.#outgoing.length;
  }

  /** The item that has waited longest. */
  get first(): Item | undefined {
    if (this.#outgoing.length === 0) {
      this.#outgoing = this.#incoming.reverse();
      this.#incoming = [];
    }
    return this.#outgoing.at(-1);
  }

  push(item: Item): void {
    this.#incoming.push(item);
  }

  removeFirst(): void {
    if (this.first !== undefined) this.#outgoing.pop();
  }
}
