import { BlockPool } from "../files/block-pool.ts";
import { WRITE_BYTES } from "../files/byte-sink.ts";
import { openedAs, openReadDisk, READ_BYTES, readFileRange } from "../files/file-range.ts";
import type { BodyReceiver } from "../http/body-receiver.ts";
import type { Body, ResponseHead } from "../http/messages.ts";
import { urlOf } from "../http/server-address.ts";
import { createTransport, type Transport } from "../http/transport.ts";
import type { CallResult, FileStretch, Order, Report, ThreadSettings } from "./messages.ts";
import { failureOf } from "./thread-failure.ts";
import { FileTargetSink } from "./thread-sink.ts";

type ExchangeOrder = Extract<Order, { kind: "exchange" }>;

/** Bytes per report: few messages, but enough to show the progress. */
const REPORTED_BYTES = 1024 ** 2;
/** With a slow connection, reports come after this time, so that the log does not say that no data moves. */
const REPORTED_AFTER_MS = 1_000;

/** An exchange that has not ended. */
interface RunningExchange {
  readonly aborting: AbortController;
  /** Passes on the decision of the main thread about the answer. */
  decide(goesOn: boolean): void;
}

/** The work of a thread: requests over its own connections, with bodies that are read from files and written to files. */
export class FileMover {
  readonly #report: (report: Report) => void;
  readonly #transport: Transport;
  /** By the origin of the server. */
  readonly #proxies = new Map<string, string | undefined>();
  readonly #exchanges = new Map<number, RunningExchange>();
  readonly #sinks = new Map<number, FileTargetSink>();
  readonly #readBlocks = new BlockPool(READ_BYTES);
  readonly #writeBlocks = new BlockPool(WRITE_BYTES);
  readonly #disk = openReadDisk();

  constructor(settings: ThreadSettings, report: (report: Report) => void) {
    this.#report = report;
    const proxyFor = (url: URL) => {
      const proxyUrl = this.#proxies.get(url.origin);
      return proxyUrl === undefined ? undefined : new URL(proxyUrl);
    };
    this.#transport = createTransport({ ...settings, network: { ...settings.network, proxyFor } });
  }

  /** Starts an order. */
  take(order: Order): void {
    switch (order.kind) {
      case "exchange":
        void this.#answer(order.call, () => this.#exchange(order));
        break;
      case "decision":
        this.#exchanges.get(order.call)?.decide(order.goesOn);
        break;
      case "abort":
        this.#exchanges.get(order.call)?.aborting.abort();
        break;
      case "open":
        this.#sinks.set(order.sink, new FileTargetSink(order.target, this.#writeBlocks));
        break;
      case "flush":
        void this.#answer(order.call, () => this.#sinkOf(order.sink).flush());
        break;
      case "close":
        void this.#answer(order.call, () => this.#close(order.sink));
    }
  }

  async #answer(call: number, work: () => Promise<CallResult>): Promise<void> {
    try {
      this.#report({ kind: "end", call, result: await work() });
    } catch (error) {
      this.#report({ kind: "failure", call, failure: failureOf(error) });
    }
  }

  async #exchange({ call, request, proxyUrl, source, sink }: ExchangeOrder): Promise<CallResult> {
    this.#proxies.set(urlOf(request).origin, proxyUrl);
    const aborting = new AbortController();
    const { promise: decision, resolve, reject } = withResolvers();
    const decide = (goesOn: boolean) => (goesOn ? resolve() : reject(new Error("the answer is not wanted")));
    this.#exchanges.set(call, { aborting, decide });
    const moved = new Counter((sizeBytes) => this.#report({ kind: "moved", call, sizeBytes }));
    const receive = (target: FileTargetSink) => (head: ResponseHead) =>
      this.#receive(call, head, target, decision, moved);
    try {
      const { body, ...head } = await this.#transport.exchange({
        ...request,
        body: source && this.#bodyOf(source, moved),
        receive: sink === undefined ? undefined : receive(this.#sinkOf(sink)),
        signal: aborting.signal,
      });
      return { kind: "response", head, body: body.toString("latin1") };
    } finally {
      this.#exchanges.delete(call);
      moved.tell();
    }
  }

  #receive(
    call: number,
    head: ResponseHead,
    target: FileTargetSink,
    decision: Promise<void>,
    moved: Counter,
  ): BodyReceiver {
    this.#report({ kind: "head", call, head });
    return target.receiver(decision, (sizeBytes) => moved.add(sizeBytes));
  }

  #bodyOf({ descriptor, startByte, sizeBytes }: FileStretch, moved: Counter): Body {
    const means = { pool: this.#readBlocks, disk: this.#disk };
    const onTaken = (takenBytes: number) => moved.add(takenBytes);
    return { sizeBytes, chunks: () => readFileRange(openedAs(descriptor), startByte, sizeBytes, means, onTaken) };
  }

  async #close(sink: number): Promise<CallResult> {
    await this.#sinkOf(sink).close();
    this.#sinks.delete(sink);
    return { kind: "closed" };
  }

  #sinkOf(sink: number): FileTargetSink {
    const found = this.#sinks.get(sink);
    if (!found) throw new Error(`sink ${sink} is not open`);
    return found;
  }
}

/** Reports bytes in large steps. */
class Counter {
  readonly #onMany: (sizeBytes: number) => void;
  #untoldBytes = 0;
  #toldMs = performance.now();

  constructor(onMany: (sizeBytes: number) => void) {
    this.#onMany = onMany;
  }

  add(sizeBytes: number): void {
    this.#untoldBytes += sizeBytes;
    if (this.#untoldBytes >= REPORTED_BYTES || performance.now() - this.#toldMs >= REPORTED_AFTER_MS) this.tell();
  }

  tell(): void {
    if (this.#untoldBytes > 0) this.#onMany(this.#untoldBytes);
    this.#untoldBytes = 0;
    this.#toldMs = performance.now();
  }
}

/** A promise with the functions that settle it. A rejection is not an error if nothing waits for it. */
function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
