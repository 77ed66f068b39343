import type { Socket } from "node:net";

/** A chunk that fits in here is sent in one piece with the head before it, because copying is faster than another system call. */
const JOINED_BYTES = 64 * 1024;

/** Writes requests to a socket, one after another. */
export class SocketWriter {
  readonly #socket: Socket;
  #joined: Buffer | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Sends a request that is only a head. */
  writeHead(head: string): void {
    this.#socket.write(head, "latin1");
  }

  /** Sends a chunk, with the head before it, if there is one. Resolves when the system has taken the bytes, or the connection is over. */
  write(head: string, chunk: Buffer): Promise<void> {
    if (head === "") return this.#written(chunk);
    if (head.length + chunk.length <= JOINED_BYTES) return this.#written(this.#join(head, chunk));
    this.writeHead(head);
    return this.#written(chunk);
  }

  #join(head: string, chunk: Buffer): Buffer {
    this.#joined ??= Buffer.allocUnsafeSlow(JOINED_BYTES);
    const headBytes = this.#joined.write(head, "latin1");
    return this.#joined.subarray(0, headBytes + chunk.copy(this.#joined, headBytes));
  }

  #written(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.write(bytes, () => resolve());
    });
  }
}
