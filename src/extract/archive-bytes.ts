import { readSync } from "node:fs";

const WINDOW_BYTES = 256 * 1024;
/** A zip's directory is read together with the headers that it points to: one window for each, and one for other places. */
const WINDOWS = 3;

interface Window {
  startByte: number;
  sizeBytes: number;
  readonly block: Buffer;
}

/**
 * Reads an open archive at any place, in large windows, because reads mostly continue where an earlier one ended. 70,000 entries take a
 * tenth of the time that one disk read per header would take.
 */
export class ArchiveBytes {
  readonly #descriptor: number;
  /** The most recently used one comes first. */
  readonly #windows: Window[] = [];

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** @returns a copy of the bytes; fewer at the end of the archive. @throws Node's error. */
  read(startByte: number, sizeBytes: number): Buffer {
    // No file is that long, but an archive may say so.
    if (!Number.isSafeInteger(startByte + sizeBytes + WINDOW_BYTES)) return Buffer.alloc(0);
    if (sizeBytes > WINDOW_BYTES) {
      const bytes = Buffer.allocUnsafeSlow(sizeBytes);
      return bytes.subarray(0, this.#fill(bytes, startByte));
    }
    const window = this.#windowFor(startByte, sizeBytes);
    const offset = startByte - window.startByte;
    return Buffer.from(window.block.subarray(offset, Math.min(offset + sizeBytes, window.sizeBytes)));
  }

  #windowFor(startByte: number, sizeBytes: number): Window {
    const holds = (each: Window) =>
      startByte >= each.startByte && startByte + sizeBytes <= each.startByte + each.sizeBytes;
    const found = this.#windows.find(holds);
    if (found) {
      if (found !== this.#windows[0]) this.#bringToFront(found);
      return found;
    }
    const isNew = this.#windows.length < WINDOWS;
    const window = isNew
      ? { startByte: 0, sizeBytes: 0, block: Buffer.allocUnsafeSlow(WINDOW_BYTES) }
      : (this.#windows.at(-1) as Window);
    if (isNew) this.#windows.push(window);
    window.startByte = startByte;
    window.sizeBytes = 0;
    window.sizeBytes = this.#fill(window.block, startByte);
    this.#bringToFront(window);
    return window;
  }

  #bringToFront(window: Window): void {
    this.#windows.splice(this.#windows.indexOf(window), 1);
    this.#windows.unshift(window);
  }

  #fill(block: Buffer, startByte: number): number {
    let filledBytes = 0;
    while (filledBytes < block.length) {
      const bytesRead = readSync(
        this.#descriptor,
        block,
        filledBytes,
        block.length - filledBytes,
        startByte + filledBytes,
      );
      if (bytesRead === 0) break;
      filledBytes += bytesRead;
    }
    return filledBytes;
  }
}
