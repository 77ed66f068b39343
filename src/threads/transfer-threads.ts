import type { DigestAlgorithm } from "../checksums/algorithms.ts";
import type { BodyReceiver } from "../http/body-receiver.ts";
import { DIRECT_NETWORK } from "../http/network-settings.ts";
import { urlOf } from "../http/server-address.ts";
import type { Carrier, TransportOptions } from "../http/transport.ts";
import type { FileStretch, ThreadSettings } from "./messages.ts";
import { ThreadLostError } from "./thread-failure.ts";
import { TransferThread } from "./transfer-thread.ts";

export { ThreadLostError } from "./thread-failure.ts";

/** It takes threads 50 ms to start. On one core, so many bytes take five times as long. */
const MIN_BYTES = 128 * 1024 ** 2;

export interface TransferThreadsOptions {
  /** How the threads send their requests: as the main thread does. */
  readonly transport: TransportOptions;
  /** What the main thread sends its requests by, for work that is too little for threads, and if there are none any more. */
  readonly ownCarrier: Carrier;
  readonly maxThreads: number;
  /** What is less is done by the calling thread. Default: 128 MiB. */
  readonly minBytes?: number;
}

/** A file's stretch to which a thread writes what it receives. */
export interface ThreadSink extends BodyReceiver {
  /** Sends requests whose answers come into the sink. */
  readonly carrier: Carrier;
  /** How many bytes are in the file, after `flush`. */
  readonly writtenBytes: number;
  /** Of all bytes, after `flush`. */
  readonly digest: Buffer | undefined;
  /** To be called when all have come. @throws Node's error; {ThreadLostError}. */
  flush(): Promise<void>;
  /** Waits until nothing is written any more. The file must not be closed before. */
  close(): Promise<void>;
}

/**
 * Worker threads for the bodies of large objects. Each has connections of its own, and reads or writes the files itself: what is encrypted,
 * digested and copied for one object is spread over all cores. All that is decided stays with the calling thread: which request is sent,
 * when, with which signature, what becomes of its answer, and whether it is sent again.
 *
 * Files are handed over by their descriptors, which are the same in all threads of a process.
 */
export class TransferThreads {
  readonly #options: TransferThreadsOptions;
  #threads: TransferThread[] = [];
  #expectedBytes = 0;
  #hasLostThread = false;
  #isClosed = false;

  constructor(options: TransferThreadsOptions) {
    this.#options = options;
  }

  /** Tells how large an object is whose parts or ranges come next. If that is enough, the threads are started now. */
  expect(sizeBytes: number): void {
    this.#expectedBytes += sizeBytes;
    const { maxThreads, minBytes = MIN_BYTES } = this.#options;
    if (this.#expectedBytes < minBytes) return;
    while (this.#threads.length < maxThreads && !this.#hasLostThread && !this.#isClosed) this.#start();
  }

  /** Sends requests whose body is a stretch of an open file. The file must stay open until they have ended. */
  sender(source: FileStretch): Carrier {
    const { ownCarrier } = this.#options;
    return {
      exchange: async (request) => {
        const thread = this.#threadWithLeast();
        if (!thread) return ownCarrier.exchange(request);
        try {
          return await this.#counted(thread, source.sizeBytes, () =>
            thread.exchange(request, { source, proxyUrl: this.#proxyUrlFor(request) }),
          );
        } catch (error) {
          if (error instanceof ThreadLostError) return ownCarrier.exchange(request);
          throw error;
        }
      },
    };
  }

  /**
   * Makes a sink for the bytes of a range.
   *
   * @param digestedBy what is to be computed of them.
   * @param onReceived called with the number of bytes that have just come.
   * @returns undefined if the calling thread is to take them.
   */
  receiver(
    target: FileStretch,
    digestedBy: DigestAlgorithm | undefined,
    onReceived: (sizeBytes: number) => void,
  ): ThreadSink | undefined {
    const thread = this.#threadWithLeast();
    if (!thread) return undefined;
    thread.waitingBytes += target.sizeBytes;
    const number = thread.open({ descriptor: target.descriptor, startByte: target.startByte, digestedBy });
    let flushed: Awaited<ReturnType<TransferThread["flush"]>> | undefined;
    return {
      carrier: {
        exchange: (request) => thread.exchange(request, { sink: number, proxyUrl: this.#proxyUrlFor(request) }),
      },
      reserve: () => {
        throw new Error("the bytes are in another thread");
      },
      commit: onReceived,
      get writtenBytes() {
        return flushed?.writtenBytes ?? 0;
      },
      get digest() {
        return flushed?.digest;
      },
      flush: async () => {
        flushed = await thread.flush(number);
      },
      close: async () => {
        thread.waitingBytes -= target.sizeBytes;
        await thread.close(number);
      },
    };
  }

  /** Ends the threads, and what they do. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #start(): void {
    const { network = DIRECT_NETWORK, ...limits } = this.#options.transport;
    const { proxyFor: _proxyFor, ...plainNetwork } = network;
    const settings: ThreadSettings = { ...limits, network: plainNetwork };
    try {
      this.#threads.push(new TransferThread(settings, (lost) => this.#goOnWithout(lost)));
    } catch {
      this.#hasLostThread = true;
    }
  }

  /** A thread that cannot start or has died, for want of memory maybe, is no reason to fail: it only takes longer without. */
  #goOnWithout(lost: TransferThread): void {
    this.#hasLostThread = true;
    this.#threads = this.#threads.filter((thread) => thread !== lost);
  }

  #threadWithLeast(): TransferThread | undefined {
    const [least] = this.#threads.toSorted((a, b) => a.waitingBytes - b.waitingBytes);
    return least;
  }

  async #counted<T>(thread: TransferThread, sizeBytes: number, work: () => Promise<T>): Promise<T> {
    thread.waitingBytes += sizeBytes;
    try {
      return await work();
    } finally {
      thread.waitingBytes -= sizeBytes;
    }
  }

  #proxyUrlFor(request: Parameters<Carrier["exchange"]>[0]): string | undefined {
    return this.#options.transport.network?.proxyFor(urlOf(request))?.href;
  }
}
