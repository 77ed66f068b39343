import { createHash, hash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { CodedError } from "../errors/coded-error.ts";
import { FileChangedError, readSmallFile } from "../files/file-range.ts";
import { patience as ofProcess, type Patience } from "../files/windows/patience.ts";
import type { ArchiveEntry } from "./archive-entry.ts";

/** The read size. It is the same on each machine, because zlib's output may depend on how its input is cut. */
export const BLOCK_BYTES = 32 * 1024;

/**
 * The buffers of a compressor. It works beside the main thread, so the next blocks are read and digested while it is busy. What it writes does
 * not depend on them.
 */
export const COMPRESSOR_BUFFERS = { highWaterMark: 32 * BLOCK_BYTES, chunkSize: 2 * BLOCK_BYTES } as const;

/** The context of reading the files of an archive. */
export interface ReadTools {
  /** Called with the number of bytes that have just been read. */
  readonly onRead?: ((sizeBytes: number) => void) | undefined;
  /** Ends the waiting for a file that another program has open. */
  readonly signal: AbortSignal;
  readonly patience?: Patience;
}

/** Whether a file is read at once. */
export function isSmall({ sizeBytes }: ArchiveEntry): boolean {
  return sizeBytes < BLOCK_BYTES;
}

/** Reads the files of an archive. Reading fails with `file-changed` if the bytes are not those that were digested. */
export class EntryReader {
  readonly #folder: string;
  readonly #tools: ReadTools;

  /** @param folder the entries' paths are relative to it. */
  constructor(folder: string, tools: ReadTools) {
    this.#folder = folder;
    this.#tools = tools;
  }

  /** The bytes of a small file. */
  async readSmall({ path, sizeBytes, sha256 }: ArchiveEntry): Promise<Buffer> {
    const absolutePath = join(this.#folder, path);
    const read = async () => readSmallFile(absolutePath, sizeBytes, Buffer.allocUnsafe(sizeBytes + 1));
    try {
      const bytes = await this.#whileHeld(absolutePath, read);
      if (hash("sha256", bytes, "hex") !== sha256) throw new FileChangedError();
      this.#tools.onRead?.(sizeBytes);
      return bytes;
    } catch (error) {
      throw explainChange(error, path);
    }
  }

  /** The bytes of a file, which is closed when the iteration ends. */
  async *readBlocks({ path, sizeBytes, sha256 }: ArchiveEntry): AsyncGenerator<Buffer> {
    const absolutePath = join(this.#folder, path);
    const file = await this.#whileHeld(absolutePath, () => open(absolutePath));
    try {
      const digest = createHash("sha256");
      for (let doneBytes = 0; doneBytes < sizeBytes; ) {
        const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, sizeBytes - doneBytes));
        for (let filledBytes = 0; filledBytes < block.length; ) {
          const position = doneBytes + filledBytes;
          const { bytesRead } = await file.read(block, filledBytes, block.length - filledBytes, position);
          if (bytesRead === 0) throw new FileChangedError();
          filledBytes += bytesRead;
        }
        doneBytes += block.length;
        digest.update(block);
        this.#tools.onRead?.(block.length);
        // The last block is passed on only if the whole file is unchanged.
        if (doneBytes === sizeBytes) {
          const { bytesRead } = await file.read(Buffer.allocUnsafe(1), 0, 1, sizeBytes);
          if (bytesRead > 0 || digest.digest("hex") !== sha256) throw new FileChangedError();
        }
        yield block;
      }
    } catch (error) {
      throw explainChange(error, path);
    } finally {
      await file.close();
    }
  }

  /** The same as a stream, which closes the file when it is destroyed. */
  stream(entry: ArchiveEntry): Readable {
    return Readable.from(this.readBlocks(entry), { objectMode: false, highWaterMark: BLOCK_BYTES });
  }

  #whileHeld<T>(path: string, act: () => Promise<T>): Promise<T> {
    const { signal, patience = ofProcess } = this.#tools;
    return patience.whileHeld({ path, purpose: "read", signal }, act);
  }
}

function explainChange(error: unknown, path: string): unknown {
  if (!(error instanceof FileChangedError)) return error;
  const message = `the file ${path} changed while it was archived; run the step when the program that writes it has finished`;
  return new CodedError("file-changed", message, { cause: error });
}
