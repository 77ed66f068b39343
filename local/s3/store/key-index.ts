import { compareKeys } from "./key-order.ts";

/** Small enough that inserting into a block is cheap, large enough that a million keys need few blocks. */
const maxBlockKeys = 1024;

/**
 * The keys of a bucket in UTF-8 byte order. They are kept in sorted blocks, so that an insertion moves a part of one
 * block instead of all keys: a listing of a large bucket costs a binary search and the keys it returns.
 */
export class KeyIndex {
  readonly #blocks: string[][] = [];

  /** Adds a key that the index does not hold yet. */
  add(key: string): void {
    const blockIndex = Math.max(0, this.#blockFor(key));
    const block = this.#blocks[blockIndex];
    if (block === undefined) {
      this.#blocks.push([key]);
      return;
    }
    block.splice(
      partitionPoint(block, (other) => compareKeys(other, key) < 0),
      0,
      key,
    );
    if (block.length > maxBlockKeys) this.#blocks.splice(blockIndex + 1, 0, block.splice(maxBlockKeys / 2));
  }

  /** Removes a key, if the index holds it. */
  remove(key: string): void {
    const blockIndex = this.#blockFor(key);
    const block = this.#blocks[blockIndex];
    if (block === undefined) return;
    const position = partitionPoint(block, (other) => compareKeys(other, key) < 0);
    if (block[position] !== key) return;
    block.splice(position, 1);
    if (block.length === 0) this.#blocks.splice(blockIndex, 1);
  }

  /**
   * The keys in order, from the first one for which `isBefore` is false.
   * @param isBefore true for a beginning of the order and false for the rest of it
   */
  *from(isBefore: (key: string) => boolean): Generator<string, void, undefined> {
    const first = partitionPoint(this.#blocks, (block) => isBefore(block.at(-1) as string));
    const start = partitionPoint(this.#blocks[first] ?? [], isBefore);
    for (let blockIndex = first; blockIndex < this.#blocks.length; blockIndex++) {
      const block = this.#blocks[blockIndex] as string[];
      for (let i = blockIndex === first ? start : 0; i < block.length; i++) yield block[i] as string;
    }
  }

  /** The last block whose first key is not after the given one, or -1. */
  #blockFor(key: string): number {
    return partitionPoint(this.#blocks, (block) => compareKeys(block[0] as string, key) <= 0) - 1;
  }
}

/** The position of the first item for which `isBefore` is false, by binary search. */
function partitionPoint<T>(items: readonly T[], isBefore: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}
