import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, mkdtemp, open, readFile, rm, unlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** A body of more bytes than this goes to its file while it arrives; a smaller one in one write. */
const flushBytes = 1024 * 1024;
const readBytes = 256 * 1024;
/** A body of no more bytes than this needs no file: making and deleting one takes longer than the rest of a small request. */
const smallBytes = 64 * 1024;
/** All small bodies together; what comes then goes to files. */
const inMemoryBytes = 128 * 1024 * 1024;

/** Bytes that arrived together. They go when nothing holds them any more. */
export interface StoredBytes {
  /** The path of their file, or themselves. */
  readonly place: string | Buffer;
  readonly sizeBytes: number;
  holders: number;
}

/** A stretch of stored bytes: all of them, unless a range of an object was copied. */
export interface Segment {
  readonly stored: StoredBytes;
  /** Where in them it begins. */
  readonly startBytes: number;
  readonly sizeBytes: number;
}

/** The bytes of an object: its segments one after another. Copies share the bytes of what they were copied from. */
export type Body = readonly Segment[];

/**
 * A range of a body, as a body. It holds no bytes until it is retained.
 * @param start first byte
 * @param end byte after the last one
 */
export function bodyRange(body: Body, start: number, end: number): Body {
  let segmentStart = 0;
  return body.flatMap((segment) => {
    const from = Math.max(0, start - segmentStart);
    const to = Math.min(segment.sizeBytes, end - segmentStart);
    segmentStart += segment.sizeBytes;
    return from < to ? [{ ...segment, startBytes: segment.startBytes + from, sizeBytes: to - from }] : [];
  });
}

/** All bodies, the larger ones in a folder. File names are made up: an object key never becomes a path. */
export class BodyFolder {
  readonly #folder: string;
  #inMemoryBytes = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param parent where to make the folder; by default the system's folder for temporary files */
  static async create(parent = os.tmpdir()): Promise<BodyFolder> {
    await mkdir(parent, { recursive: true });
    return new BodyFolder(await mkdtemp(path.join(parent, "s3-bodies-")));
  }

  newBody(): BodyWriter {
    return new BodyWriter(path.join(this.#folder, randomUUID()), (sizeBytes) => this.#takesIntoMemory(sizeBytes));
  }

  /** Says that one more object, part or reader needs the body. */
  retain(body: Body): void {
    for (const { stored } of body) stored.holders++;
  }

  /** Takes one `retain` (or the one a new body is born with) back; what nobody needs any more is deleted. */
  release(body: Body): void {
    for (const { stored } of body) {
      stored.holders--;
      if (stored.holders > 0) continue;
      if (typeof stored.place !== "string") this.#inMemoryBytes -= stored.sizeBytes;
      // The folder may be gone already when the server closes during a request.
      else unlink(stored.place).catch(() => undefined);
    }
  }

  /**
   * Reads a range of a body, which the caller retains until it has finished.
   * @param start first byte
   * @param end byte after the last one
   */
  async *read(body: Body, start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    for (const { stored, startBytes, sizeBytes } of bodyRange(body, start, end)) {
      const { place } = stored;
      const endBytes = startBytes + sizeBytes;
      if (typeof place !== "string") yield place.subarray(startBytes, endBytes);
      else if (stored.sizeBytes <= readBytes) yield (await readFile(place)).subarray(startBytes, endBytes);
      else yield* readFileRange(place, startBytes, endBytes);
    }
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #takesIntoMemory(sizeBytes: number): boolean {
    if (sizeBytes > smallBytes || this.#inMemoryBytes + sizeBytes > inMemoryBytes) return false;
    this.#inMemoryBytes += sizeBytes;
    return true;
  }
}

async function* readFileRange(file: string, start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
  const handle = await open(file, "r");
  try {
    for (let position = start; position < end; ) {
      const length = Math.min(readBytes, end - position);
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
      if (bytesRead === 0) throw new Error(`${file} ends at ${position}, before ${end}`);
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** Takes one body, with no more than `flushBytes` of it in memory while it arrives. */
export class BodyWriter {
  readonly #file: string;
  readonly #takesIntoMemory: (sizeBytes: number) => boolean;
  #handle: FileHandle | undefined;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #writtenBytes = 0;

  constructor(file: string, takesIntoMemory: (sizeBytes: number) => boolean) {
    this.#file = file;
    this.#takesIntoMemory = takesIntoMemory;
  }

  async write(chunk: Buffer): Promise<void> {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes >= flushBytes) await this.#flush();
  }

  /** @returns the body, held once; the empty body has no segment */
  async finish(): Promise<Body> {
    const sizeBytes = this.#writtenBytes + this.#pendingBytes;
    if (sizeBytes === 0) return [];
    return [{ stored: { place: await this.#place(sizeBytes), sizeBytes, holders: 1 }, startBytes: 0, sizeBytes }];
  }

  async #place(sizeBytes: number): Promise<string | Buffer> {
    if (this.#handle === undefined) {
      // A chunk may be a part of a larger buffer, which would stay with it.
      const bytes = Buffer.concat(this.#pending);
      if (this.#takesIntoMemory(sizeBytes)) return bytes;
      await writeFile(this.#file, bytes);
    } else {
      await this.#flush();
      await this.#handle.close();
    }
    return this.#file;
  }

  /** Forgets a body that did not arrive whole. */
  async discard(): Promise<void> {
    await this.#handle?.close();
    await rm(this.#file, { force: true });
  }

  async #flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    const chunks = this.#pending;
    const sizeBytes = this.#pendingBytes;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#handle ??= await open(this.#file, "wx");
    const { bytesWritten } = await this.#handle.writev(chunks);
    if (bytesWritten !== sizeBytes) throw new Error(`only ${bytesWritten} of ${sizeBytes} bytes written`);
    this.#writtenBytes += sizeBytes;
  }
}
