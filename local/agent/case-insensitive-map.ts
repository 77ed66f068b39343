/**
 * A map whose keys differ by more than their case, as the agent's own dictionaries of variables, inputs and command
 * properties do. The spelling of the latest `set` is the one that iteration gives back.
 */
export class CaseInsensitiveMap<Value> {
  readonly #entries = new Map<string, [name: string, value: Value]>();

  constructor(entries: Iterable<readonly [string, Value]> = []) {
    for (const [name, value] of entries) this.set(name, value);
  }

  get(name: string): Value | undefined {
    return this.#entries.get(name.toLowerCase())?.[1];
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  set(name: string, value: Value): void {
    this.#entries.set(name.toLowerCase(), [name, value]);
  }

  delete(name: string): void {
    this.#entries.delete(name.toLowerCase());
  }

  entries(): IterableIterator<[name: string, value: Value]> {
    return this.#entries.values();
  }
}
