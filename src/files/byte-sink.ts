import type { FileHandle } from "node:fs/promises";

/** Takes bytes in the order in which they come. The chunks are its own. */
export interface ByteSink {
  /** How many have arrived where they belong. */
  readonly writtenBytes: number;
  write(chunk: Buffer): void | Promise<void>;
  /** To be called when all have come. */
  flush(): void | Promise<void>;
}

/** Keeps bytes until all have come: for small files, which are then written in one go. */
export class MemorySink implements ByteSink {
  readonly #chunks: Buffer[] = [];
  writtenBytes = 0;

  write(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.writtenBytes += chunk.length;
  }

  flush(): void {}

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** What comes from a socket at once is less than what is worth a call to the system. Twice as much takes 20 MB more, in no less time. */
const WRITE_BYTES = 512 * 1024;

/** Writes into an open file, from a place in it on, many chunks at a time. */
export class FileSink implements ByteSink {
  readonly #file: FileHandle;
  readonly #startByte: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  writtenBytes = 0;

  constructor(file: FileHandle, startByte: number) {
    this.#file = file;
    this.#startByte = startByte;
  }

  write(chunk: Buffer): void | Promise<void> {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    return this.#waitingBytes < WRITE_BYTES ? undefined : this.flush();
  }

  /** Writes what has come and is not written yet. */
  async flush(): Promise<void> {
    while (this.#waitingBytes > 0) {
      const { bytesWritten } = await this.#file.writev(this.#waiting, this.#startByte + this.writtenBytes);
      this.writtenBytes += bytesWritten;
      this.#waitingBytes -= bytesWritten;
      this.#waiting = behind(this.#waiting, bytesWritten);
    }
  }
}

/** The chunks that are left once so many bytes of them are written. */
function behind(chunks: readonly Buffer[], writtenBytes: number): Buffer[] {
  let leftBytes = writtenBytes;
  return chunks.flatMap((chunk) => {
    const rest = chunk.subarray(Math.min(leftBytes, chunk.length));
    leftBytes -= chunk.length - rest.length;
    return rest.length > 0 ? [rest] : [];
  });
}
