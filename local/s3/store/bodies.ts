import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, mkdtemp, open, readFile, rm, unlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** A body of more bytes than this goes to its file while it arrives; a smaller one in one write. */
const flushBytes = 1024 * 1024;
const readBytes = 256 * 1024;

/** A file of bytes. It goes when nothing holds it any more. */
export interface BodyFile {
  readonly path: string;
  readonly sizeBytes: number;
  holders: number;
}

/** A stretch of a file: all of it, unless a range of an object was copied. */
export interface Segment {
  readonly file: BodyFile;
  /** Where in the file it begins. */
  readonly startBytes: number;
  readonly sizeBytes: number;
}

/** The bytes of an object: its segments one after another. Copies share the files of what they were copied from. */
export type Body = readonly Segment[];

/**
 * A range of a body, as a body. It holds no file until it is retained.
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

/** The folder of all bodies. File names are made up: an object key never becomes a path. */
export class BodyFolder {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param parent where to make the folder; by default the system's folder for temporary files */
  static async create(parent = os.tmpdir()): Promise<BodyFolder> {
    await mkdir(parent, { recursive: true });
    return new BodyFolder(await mkdtemp(path.join(parent, "s3-bodies-")));
  }

  newBody(): BodyWriter {
    return new BodyWriter(path.join(this.#folder, randomUUID()));
  }

  /** Says that one more object, part or reader needs the body. */
  retain(body: Body): void {
    for (const { file } of body) file.holders++;
  }

  /** Takes one `retain` (or the one a new body is born with) back; unneeded files are deleted. */
  release(body: Body): void {
    for (const { file } of body) {
      file.holders--;
      // The folder may be gone already when the server closes during a request.
      if (file.holders === 0) unlink(file.path).catch(() => undefined);
    }
  }

  /**
   * Reads a range of a body, which the caller retains until it has finished.
   * @param start first byte
   * @param end byte after the last one
   */
  async *read(body: Body, start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    for (const { file, startBytes, sizeBytes } of bodyRange(body, start, end)) {
      const endBytes = startBytes + sizeBytes;
      if (file.sizeBytes <= readBytes) yield (await readFile(file.path)).subarray(startBytes, endBytes);
      else yield* readFileRange(file.path, startBytes, endBytes);
    }
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
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

/** Takes one body to disk, with no more than `flushBytes` of it in memory. */
export class BodyWriter {
  readonly #file: string;
  #handle: FileHandle | undefined;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #writtenBytes = 0;

  constructor(file: string) {
    this.#file = file;
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
    if (this.#handle === undefined) {
      await writeFile(this.#file, Buffer.concat(this.#pending));
    } else {
      await this.#flush();
      await this.#handle.close();
    }
    return [{ file: { path: this.#file, sizeBytes, holders: 1 }, startBytes: 0, sizeBytes }];
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
