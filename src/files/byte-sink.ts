import type { FileHandle } from "node:fs/promises";

/** Takes bytes in the order in which they come. A chunk may be overwritten once the promise has resolved. */
export interface ByteSink {
  readonly writtenBytes: number;
  write(chunk: Buffer): void | Promise<void>;
}

/** Keeps bytes until all have come: for small files, which are then written in one go. */
export class MemorySink implements ByteSink {
  readonly #chunks: Buffer[] = [];
  writtenBytes = 0;

  write(chunk: Buffer): void {
    this.#chunks.push(Buffer.from(chunk));
    this.writtenBytes += chunk.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** Writes into an open file, from a place in it on. */
export class FileSink implements ByteSink {
  readonly #file: FileHandle;
  readonly #startByte: number;
  writtenBytes = 0;

  constructor(file: FileHandle, startByte: number) {
    this.#file = file;
    this.#startByte = startByte;
  }

  async write(chunk: Buffer): Promise<void> {
    for (let offset = 0; offset < chunk.length; ) {
      const position = this.#startByte + this.writtenBytes;
      const { bytesWritten } = await this.#file.write(chunk, offset, chunk.length - offset, position);
      offset += bytesWritten;
      this.writtenBytes += bytesWritten;
    }
  }
}
