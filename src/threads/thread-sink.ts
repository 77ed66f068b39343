import { createDigest } from "../checksums/algorithms.ts";
import type { Digest } from "../checksums/digest.ts";
import type { BlockPool } from "../files/block-pool.ts";
import { FileSink } from "../files/byte-sink.ts";
import { openedAs } from "../files/file-range.ts";
import type { BodyReceiver } from "../http/body-receiver.ts";
import type { CallResult, FileTarget } from "./messages.ts";

/** Writes the bytes of answers to a part of a file, and digests them. */
export class FileTargetSink {
  readonly #sink: FileSink;
  readonly #digest: Digest | undefined;

  constructor({ descriptor, startByte, digestedBy }: FileTarget, pool: BlockPool) {
    this.#digest = digestedBy && createDigest(digestedBy);
    this.#sink = new FileSink(openedAs(descriptor), startByte, pool, (bytes) => this.#digest?.update(bytes));
  }

  /**
   * Makes the receiver for the body of one answer.
   *
   * @param decision resolves if the file may take the bytes, which wait for it. A rejection ends the request.
   * @param onReceived called with the number of bytes that were just taken.
   */
  receiver(decision: Promise<void>, onReceived: (sizeBytes: number) => void): BodyReceiver {
    let isDecided = false;
    const take = (sizeBytes: number) => {
      onReceived(sizeBytes);
      return this.#sink.commit(sizeBytes);
    };
    return {
      reserve: () => this.#sink.reserve(),
      commit: (sizeBytes) => {
        if (isDecided) return take(sizeBytes);
        return decision.then(() => {
          isDecided = true;
          return take(sizeBytes);
        });
      },
    };
  }

  /** Writes the rest. @throws Node's error. */
  async flush(): Promise<CallResult> {
    await this.#sink.flush();
    return {
      kind: "flushed",
      writtenBytes: this.#sink.writtenBytes,
      digest: this.#digest?.digest().toString("latin1"),
    };
  }

  /** Waits until nothing is being written. */
  async close(): Promise<void> {
    await this.#sink.close();
  }
}
