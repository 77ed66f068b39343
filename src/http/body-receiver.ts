import { CodedError } from "../errors/coded-error.ts";

/**
 * Receives the bytes of a body in order. They are read into memory that the receiver provides, so that a large file is not copied between
 * network and disk.
 */
export interface BodyReceiver {
  /** Memory for the next bytes: one at least. The same memory until some of it is committed. */
  reserve(): Buffer;
  /**
   * The first `sizeBytes` bytes of the reserved memory are the body's. Nothing more comes before a returned promise has resolved.
   *
   * @throws what ends the request.
   */
  commit(sizeBytes: number): void | Promise<void>;
}

/** As much as comes at once, mostly. */
const RESERVED_BYTES = 16 * 1024;

/** The largest answers that are kept are pages of a listing: 4 MiB with 1,000 of the longest keys. */
const MAX_COLLECTED_BYTES = 16 * 1024 ** 2;

function tooLargeError(): Error {
  return new CodedError(
    "response-not-recognized",
    "the answer is larger than 16 MiB, and no document that the task requests is so large. Check the server URL in the service connection, and any proxy or load balancer",
  );
}

/** Collects a body in memory. */
export class CollectedBody implements BodyReceiver {
  readonly #maxBytes: number;
  readonly #tooLarge: () => Error;
  readonly #full: Buffer[] = [];
  #reserved: Buffer = Buffer.alloc(0);
  #collectedBytes = 0;

  /**
   * @param maxBytes of what is larger, no more is kept. Default: more than any answer that is known as a document of S3.
   * @param tooLarge makes the error for that.
   */
  constructor(maxBytes = MAX_COLLECTED_BYTES, tooLarge: () => Error = tooLargeError) {
    this.#maxBytes = maxBytes;
    this.#tooLarge = tooLarge;
  }

  reserve(): Buffer {
    if (this.#reserved.length === 0) this.#reserved = Buffer.allocUnsafe(RESERVED_BYTES);
    return this.#reserved;
  }

  commit(sizeBytes: number): void {
    this.#collectedBytes += sizeBytes;
    if (this.#collectedBytes > this.#maxBytes) throw this.#tooLarge();
    this.#full.push(this.#reserved.subarray(0, sizeBytes));
    this.#reserved = this.#reserved.subarray(sizeBytes);
  }

  /** All of it. */
  bytes(): Buffer {
    const [only = Buffer.alloc(0)] = this.#full;
    return this.#full.length < 2 ? only : Buffer.concat(this.#full);
  }
}
