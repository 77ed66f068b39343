/**
 * Takes the bytes of a body, in their order. They are put where the receiver wants them, so that a large file's way from the network to the
 * disk takes no copy.
 */
export interface BodyReceiver {
  /** Where the next bytes belong: room for one at least. The same room until some of it is filled. */
  room(): Buffer;
  /**
   * The first `sizeBytes` bytes of the room are filled. Nothing more comes before a returned promise has resolved.
   *
   * @throws what ends the request.
   */
  filled(sizeBytes: number): void | Promise<void>;
}

/** Copies bytes that have come elsewhere. @returns a promise where the receiver has to be waited for: the bytes are in use until then. */
export function pour(bytes: Buffer, receiver: BodyReceiver): void | Promise<void> {
  for (let pouredBytes = 0; pouredBytes < bytes.length; ) {
    const copiedBytes = bytes.copy(receiver.room(), 0, pouredBytes);
    pouredBytes += copiedBytes;
    const work = receiver.filled(copiedBytes);
    if (work) return work.then(() => pour(bytes.subarray(pouredBytes), receiver));
  }
}

/** As much as comes at once, mostly. */
const ROOM_BYTES = 16 * 1024;

/** Keeps a body until it is whole. */
export class CollectedBody implements BodyReceiver {
  readonly #full: Buffer[] = [];
  #room: Buffer = Buffer.alloc(0);

  room(): Buffer {
    if (this.#room.length === 0) this.#room = Buffer.allocUnsafe(ROOM_BYTES);
    return this.#room;
  }

  filled(sizeBytes: number): void {
    this.#full.push(this.#room.subarray(0, sizeBytes));
    this.#room = this.#room.subarray(sizeBytes);
  }

  /** All of it. */
  bytes(): Buffer {
    const [only = Buffer.alloc(0)] = this.#full;
    return this.#full.length < 2 ? only : Buffer.concat(this.#full);
  }
}
