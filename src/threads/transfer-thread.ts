import type { Worker } from "node:worker_threads";
import type { HttpRequest, HttpResponse, ResponseHead } from "../http/messages.ts";
import { startWorker } from "../scheduling/start-worker.ts";
import type { CallResult, FileStretch, FileTarget, Order, PlainRequest, Report, ThreadSettings } from "./messages.ts";
import { errorOf, ThreadLostError } from "./thread-failure.ts";

/** @param error why the thread ended; undefined if it was ended by `end`. */
export type OnThreadLost = (thread: TransferThread, error: Error | undefined) => void;

/** What a thread reports before a call ends. */
interface CallEvents {
  onHead(head: ResponseHead): void;
  onMoved(sizeBytes: number): void;
}

const NO_EVENTS: CallEvents = { onHead: () => undefined, onMoved: () => undefined };

/** An order that the thread has not completed. */
interface Call extends CallEvents {
  readonly resolve: (result: CallResult) => void;
  readonly reject: (error: unknown) => void;
}

/** The files and the proxy of an exchange. */
export interface ExchangeEnds {
  readonly proxyUrl: string | undefined;
  readonly source?: FileStretch | undefined;
  /** Called with the number of bytes of the source that have just been sent. */
  readonly onSent?: ((sizeBytes: number) => void) | undefined;
  /** The number that `open` returned. */
  readonly sink?: number | undefined;
}

/** A thread that sends requests. It keeps the process alive only while it has work. */
export class TransferThread {
  readonly #worker: Worker;
  readonly #onLost: OnThreadLost;
  readonly #calls = new Map<number, Call>();
  #lastNumber = 0;
  #isLost = false;
  /** Bytes of the parts and ranges that it has not completed. */
  waitingBytes = 0;

  /** @param onLost called once, when the thread ended, for any reason. @throws if it cannot be started. */
  constructor(settings: ThreadSettings, onLost: OnThreadLost) {
    this.#onLost = onLost;
    this.#worker = startWorker<Report>(
      { folder: import.meta.dirname, name: "transfer-worker", workerData: settings },
      { onMessage: (report) => this.#take(report), onEnd: (error) => this.#lose(error) },
    );
  }

  /**
   * Sends a request and reads the answer. The request's receiver is called with each head, and with the number of bytes that arrived, but it
   * is not asked for memory.
   *
   * @throws what a transport throws; {ThreadLostError}.
   */
  async exchange(request: HttpRequest, { proxyUrl, source, onSent, sink }: ExchangeEnds): Promise<HttpResponse> {
    const { body: _body, receive, signal, ...plain } = request;
    if (signal?.aborted) throw signal.reason;
    const call = this.#nextNumber();
    const answer = new AnswerOf({ receive, onSent }, (order) => this.#post({ ...order, call }));
    const abort = () => this.#post({ kind: "abort", call });
    signal?.addEventListener("abort", abort);
    try {
      const order = { kind: "exchange", call, request: plain satisfies PlainRequest, proxyUrl, source, sink } as const;
      const result = await this.#call(order, answer);
      return answer.responseOf(result);
    } catch (error) {
      throw signal?.aborted ? signal.reason : answer.failureOr(error);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Prepares a sink. @returns its number. */
  open(target: FileTarget): number {
    const sink = this.#nextNumber();
    this.#post({ kind: "open", sink, target });
    return sink;
  }

  /** Writes the rest of a sink to its file. @throws Node's error; {ThreadLostError}. */
  async flush(sink: number): Promise<{ readonly writtenBytes: number; readonly digest: Buffer | undefined }> {
    const result = await this.#call({ kind: "flush", call: this.#nextNumber(), sink });
    if (result.kind !== "flushed") throw unexpected(result);
    const { writtenBytes, digest } = result;
    return { writtenBytes, digest: digest === undefined ? undefined : Buffer.from(digest, "latin1") };
  }

  /** Waits until nothing writes to the sink's file, also if the thread ended. */
  async close(sink: number): Promise<void> {
    await this.#call({ kind: "close", call: this.#nextNumber(), sink }).catch((error: unknown) => {
      if (!(error instanceof ThreadLostError)) throw error;
    });
  }

  /** Ends the thread and its requests. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #nextNumber(): number {
    return ++this.#lastNumber;
  }

  #call(order: Extract<Order, { kind: "exchange" | "flush" | "close" }>, events = NO_EVENTS): Promise<CallResult> {
    return new Promise((resolve, reject) => {
      if (this.#isLost) return reject(new ThreadLostError());
      if (this.#calls.size === 0) this.#worker.ref();
      this.#calls.set(order.call, {
        onHead: (head) => events.onHead(head),
        onMoved: (sizeBytes) => events.onMoved(sizeBytes),
        resolve,
        reject,
      });
      this.#post(order);
    });
  }

  #post(order: Order): void {
    this.#worker.postMessage(order);
  }

  #take(report: Report): void {
    const call = this.#calls.get(report.call);
    if (!call) return;
    if (report.kind === "head") call.onHead(ownHead(report.head));
    else if (report.kind === "moved") call.onMoved(report.sizeBytes);
    else {
      this.#calls.delete(report.call);
      if (this.#calls.size === 0) this.#worker.unref();
      if (report.kind === "end") call.resolve(report.result);
      else call.reject(errorOf(report.failure));
    }
  }

  /** The calls that fail then are made in the main thread. */
  #lose(error: Error | undefined): void {
    this.#isLost = true;
    this.#onLost(this, error);
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { reject } of calls) reject(new ThreadLostError());
  }
}

type Answering = { readonly kind: "decision"; readonly goesOn: boolean } | { readonly kind: "abort" };

type CallbacksOf = Pick<HttpRequest, "receive"> & Pick<ExchangeEnds, "onSent">;

/** Decides about the answer to one request. Its bytes stay in the thread. */
class AnswerOf implements CallEvents {
  readonly #receive: HttpRequest["receive"];
  readonly #onSent: ExchangeEnds["onSent"];
  readonly #reply: (order: Answering) => void;
  #receiver: ReturnType<NonNullable<HttpRequest["receive"]>> | undefined;
  /** What the receiver threw. */
  #failure: { readonly error: unknown } | undefined;

  constructor({ receive, onSent }: CallbacksOf, reply: (order: Answering) => void) {
    this.#receive = receive;
    this.#onSent = onSent;
    this.#reply = reply;
  }

  onHead(head: ResponseHead): void {
    try {
      this.#receiver = this.#receive?.(head);
    } catch (error) {
      this.#failure = { error };
    }
    this.#reply({ kind: "decision", goesOn: this.#failure === undefined });
  }

  onMoved(sizeBytes: number): void {
    try {
      if (this.#receiver) this.#receiver.commit(sizeBytes);
      else this.#onSent?.(sizeBytes);
    } catch (error) {
      this.#failure ??= { error };
      this.#reply({ kind: "abort" });
    }
  }

  /** @throws what the receiver threw. */
  responseOf(result: CallResult): HttpResponse {
    if (this.#failure) throw this.#failure.error;
    if (result.kind !== "response") throw unexpected(result);
    return { ...ownHead(result.head), body: Buffer.from(result.body, "latin1") };
  }

  failureOr(error: unknown): unknown {
    return this.#failure ? this.#failure.error : error;
  }
}

/** Without the prototype that an object gets on the way between threads: no header has the name of a property of `Object`. */
function ownHead(head: ResponseHead): ResponseHead {
  return { ...head, headers: Object.assign(Object.create(null), head.headers) };
}

function unexpected({ kind }: CallResult): Error {
  return new Error(`a thread answered with "${kind}" to something else`);
}
