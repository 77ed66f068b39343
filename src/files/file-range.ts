import { closeSync, openSync, read, readSync, write } from "node:fs";
import { promisify } from "node:util";
import { CodedError } from "../errors/coded-error.ts";
import type { BlockPool } from "./block-pool.ts";
import { Disk } from "./disk.ts";

/** A file that the caller opened, and closes: a `FileHandle`, or the result of `openedAs`. */
export interface OpenFile {
  readonly fd: number;
  read(block: Buffer, offset: number, sizeBytes: number, position: number): Promise<{ readonly bytesRead: number }>;
  write(block: Buffer, offset: number, sizeBytes: number, position: number): Promise<{ readonly bytesWritten: number }>;
}

const readAt = promisify(read);
const writeAt = promisify(write);

/**
 * Uses a file by its descriptor, which is valid in all threads of a process and does not depend on the file's path. The file must stay open
 * until the last call ended.
 */
export function openedAs(descriptor: number): OpenFile {
  return {
    fd: descriptor,
    read: (block, offset, sizeBytes, position) => readAt(descriptor, block, offset, sizeBytes, position),
    write: (block, offset, sizeBytes, position) => writeAt(descriptor, block, offset, sizeBytes, position),
  };
}

/** The file's bytes are not those that were there when it was scanned. */
export class FileChangedError extends CodedError {
  override readonly name: string = "FileChangedError";

  constructor() {
    super("file-changed", "the file changed while it was being read");
  }
}

/**
 * Reads a file whole into a block, in one go: for thousands of small files this costs a fraction of what promises cost.
 *
 * @param sizeBytes what the file is expected to have; less than the block has, because one byte more shows a file that has grown.
 * @returns the part of the block that holds the file.
 * @throws {FileChangedError} if the file has more or fewer bytes; Node's error if it cannot be read.
 */
export function readSmallFile(path: string, sizeBytes: number, block: Buffer): Buffer {
  const descriptor = openSync(path, "r");
  try {
    let filledBytes = 0;
    let readBytes: number;
    do {
      readBytes = readSync(descriptor, block, filledBytes, sizeBytes + 1 - filledBytes, null);
      filledBytes += readBytes;
    } while (readBytes > 0 && filledBytes < sizeBytes);
    if (filledBytes !== sizeBytes) throw new FileChangedError();
    return block.subarray(0, sizeBytes);
  } finally {
    closeSync(descriptor);
  }
}

/** Large files are sent in blocks of this size. Half of it takes a tenth longer, and twice of it no less time. */
export const READ_BYTES = 512 * 1024;

/** In so long a block comes from the system's memory; to hand the call over and to be woken takes as long. */
const QUICK_READ_MS = 0.5;

/** What reads blocks of files that have been read a moment ago. */
export function openReadDisk(): Disk {
  return new Disk(QUICK_READ_MS);
}

/**
 * A piece of an open file, as chunks of up to a block. A chunk is overwritten once the next one is asked for.
 *
 * @param onTaken called with the size of a chunk when the next one is asked for.
 * @throws {FileChangedError} while iterating, if the file ends before the range does.
 */
export async function* readFileRange(
  file: OpenFile,
  startByte: number,
  sizeBytes: number,
  { pool, disk }: { readonly pool: BlockPool; readonly disk: Disk },
  onTaken: (sizeBytes: number) => void,
): AsyncGenerator<Buffer> {
  const block = pool.take();
  try {
    for (let doneBytes = 0; doneBytes < sizeBytes; ) {
      const wantedBytes = Math.min(block.length, sizeBytes - doneBytes);
      const position = startByte + doneBytes;
      const bytesRead = await disk.call(
        () => readSync(file.fd, block, 0, wantedBytes, position),
        async () => (await file.read(block, 0, wantedBytes, position)).bytesRead,
      );
      if (bytesRead === 0) throw new FileChangedError();
      yield block.subarray(0, bytesRead);
      doneBytes += bytesRead;
      onTaken(bytesRead);
    }
  } finally {
    pool.giveBack(block);
  }
}
