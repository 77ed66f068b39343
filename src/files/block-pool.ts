/** The size of a block: what is read from a file at once. */
export const BLOCK_SIZE_BYTES = 256 * 1024;

/**
 * Blocks of memory that are used again and again, rather than left to the garbage collector: 2,000 files of 255 KiB take 106 MB
 * so, and 133 MB without. It grows to the most that were ever in use at once.
 */
export class BlockPool {
  readonly #free: Buffer[] = [];

  /** A block of `BLOCK_SIZE_BYTES` with whatever was in it before. Give it back when nothing reads it any more. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_SIZE_BYTES);
  }

  giveBack(block: Buffer): void {
    this.#free.push(block);
  }
}
