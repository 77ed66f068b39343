import type { DigestAlgorithm } from "../checksums/algorithms.ts";
import type { BodyReceiver } from "../http/body-receiver.ts";
import { DIRECT_NETWORK } from "../http/network-settings.ts";
import { urlOf } from "../http/server-address.ts";
import type { Carrier, TransportOptions } from "../http/transport.ts";
import type { FileStretch, ThreadSettings } from "./messages.ts";
import { ThreadLostError } from "./thread-failure.ts";
import { TransferThread } from "./transfer-thread.ts";

export { ThreadLostError } from "./thread-failure.ts";

/** Threads take about 50 ms to start. One core needs several times as long for this many bytes. */
const MIN_BYTES = 128 * 1024 ** 2;

export interface TransferThreadsOptions {
  /** The settings of the main thread's transport, which the threads use too. */
  readonly transport: TransportOptions;
  /** Sends from the main thread: before there are threads, and if one ended. */
  readonly ownCarrier: Carrier;
  readonly maxThreads: number;
  /** With fewer expected bytes no thread is started. Default: 128 MiB. */
  readonly minBytes?: number;
  /** Called if a thread ended before its time, or could not be started. The work goes on without it. */
  onLost(error: Error): void;
}

/** A part of a file that a thread fills with the bytes of a range. */
export interface ThreadSink extends BodyReceiver {
  /** Sends requests whose answers are written to the file. */
  readonly carrier: Carrier;
  /** Bytes in the file; 0 before `flush`. */
  readonly writtenBytes: number;
  /** Digest of all bytes; undefined before `flush`. */
  readonly digest: Buffer | undefined;
  /** Writes the rest after all bytes arrived. @throws Node's error; {ThreadLostError}. */
  flush(): Promise<void>;
  /** Waits until nothing is being written. The file must not be closed before. */
  close(): Promise<void>;
}

/**
 * Worker threads for the bodies of large objects, so that all cores encrypt, decrypt and digest. Each thread has its own connections, and
 * reads or writes the files. The calling thread decides everything: which request is sent and when, its signature, what happens with the
 * answer, and whether the request is sent again.
 *
 * Threads get the descriptors of files, which are valid in all threads of a process.
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

  /** Announces an object whose parts or ranges follow. Starts the threads if there are enough bytes. */
  expect(sizeBytes: number): void {
    this.#expectedBytes += sizeBytes;
    const { maxThreads, minBytes = MIN_BYTES } = this.#options;
    if (this.#expectedBytes < minBytes) return;
    while (this.#threads.length < maxThreads && !this.#hasLostThread && !this.#isClosed) this.#start();
  }

  /**
   * Makes a carrier for requests whose body is a part of an open file. The file must stay open until they ended.
   *
   * @param onSent makes a function for each attempt, which is called with the number of bytes that a thread has just sent.
   */
  sender(source: FileStretch, onSent: () => (sizeBytes: number) => void): Carrier {
    const { ownCarrier } = this.#options;
    return {
      exchange: async (request) => {
        const thread = this.#threadWithLeast();
        if (!thread) return ownCarrier.exchange(request);
        try {
          return await this.#counted(thread, source.sizeBytes, () =>
            thread.exchange(request, { source, onSent: onSent(), proxyUrl: this.#proxyUrlFor(request) }),
          );
        } catch (error) {
          if (error instanceof ThreadLostError) return ownCarrier.exchange(request);
          throw error;
        }
      },
    };
  }

  /**
   * Prepares a thread for the bytes of a range.
   *
   * @param digestedBy the digest to compute, if any.
   * @param onReceived called with the number of bytes that just arrived.
   * @returns undefined if the calling thread has to receive them.
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

  /** Ends the threads and their requests. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #start(): void {
    const { network = DIRECT_NETWORK, ...limits } = this.#options.transport;
    const { proxyFor: _proxyFor, ...plainNetwork } = network;
    const settings: ThreadSettings = { ...limits, network: plainNetwork };
    try {
      this.#threads.push(new TransferThread(settings, (lost, error) => this.#goOnWithout(lost, error)));
    } catch (error) {
      this.#goOnWithout(undefined, error as Error);
    }
  }

  /** Without a thread, for example if there is no memory for it, the work only takes longer. */
  #goOnWithout(lost: TransferThread | undefined, error: Error | undefined): void {
    this.#hasLostThread = true;
    if (!this.#isClosed) this.#options.onLost(error ?? new ThreadLostError());
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
