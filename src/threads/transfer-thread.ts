import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { HttpRequest, HttpResponse, ResponseHead } from "../http/messages.ts";
import type { CallResult, FileStretch, FileTarget, Order, PlainRequest, Report, ThreadSettings } from "./messages.ts";
import { errorOf, ThreadLostError } from "./thread-failure.ts";

/** The build puts the worker's own bundle beside the task's, and has `__dirname` and `__filename` stand for these. */
const WORKER_NAME = import.meta.filename.endsWith(".ts") ? "transfer-worker-from-source.mjs" : "transfer-worker.js";
const WORKER_PATH = join(import.meta.dirname, WORKER_NAME);

/** What lives in there is a few objects for each request. */
const YOUNG_GENERATION_MB = 2;

/** What happens before a call has come to its end. */
interface CallEvents {
  onHead(head: ResponseHead): void;
  onReceived(sizeBytes: number): void;
}

const NO_EVENTS: CallEvents = { onHead: () => undefined, onReceived: () => undefined };

/** Something that the thread was asked for and has not answered. */
interface Call extends CallEvents {
  readonly resolve: (result: CallResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Where the bytes of an exchange are, if not in its head. */
export interface ExchangeEnds {
  readonly proxyUrl: string | undefined;
  readonly source?: FileStretch | undefined;
  /** As `open` has named it. */
  readonly sink?: number | undefined;
}

/** A thread that sends requests for this one. It keeps the process alive only while it has some. */
export class TransferThread {
  readonly #worker: Worker;
  readonly #onLost: (thread: TransferThread) => void;
  readonly #calls = new Map<number, Call>();
  #lastNumber = 0;
  #isLost = false;
  /** How many bytes it has still to move, as far as that is known. */
  waitingBytes = 0;

  /** @param onLost called once, when the thread has ended: after `end`, or for want of memory. @throws if it cannot be started. */
  constructor(settings: ThreadSettings, onLost: (thread: TransferThread) => void) {
    this.#onLost = onLost;
    this.#worker = new Worker(WORKER_PATH, {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      // What Node warns of in there it has said in the main thread, and the agent takes every line for the step's.
      stdout: true,
      stderr: true,
    });
    this.#worker.unref();
    this.#worker.on("message", (report: Report) => this.#take(report));
    // An error is followed by an exit, and all that matters of it is which calls have to be made elsewhere.
    this.#worker.on("error", () => undefined);
    this.#worker.on("exit", () => this.#lose());
  }

  /**
   * Sends a request and reads the answer there. The request's receiver is asked about each answer as always, and told of the bytes that
   * have come; it is not asked for memory.
   *
   * @throws what a transport throws; {ThreadLostError}.
   */
  async exchange(request: HttpRequest, { proxyUrl, source, sink }: ExchangeEnds): Promise<HttpResponse> {
    const { body: _body, receive, signal, ...plain } = request;
    if (signal?.aborted) throw signal.reason;
    const call = this.#nextNumber();
    const answer = new AnswerOf(receive, (order) => this.#post({ ...order, call }));
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

  /** Makes a sink. @returns the number by which it is known. */
  open(target: FileTarget): number {
    const sink = this.#nextNumber();
    this.#post({ kind: "open", sink, target });
    return sink;
  }

  /** Writes what a sink has. @throws Node's error; {ThreadLostError}. */
  async flush(sink: number): Promise<{ readonly writtenBytes: number; readonly digest: Buffer | undefined }> {
    const result = await this.#call({ kind: "flush", call: this.#nextNumber(), sink });
    if (result.kind !== "flushed") throw unexpected(result);
    const { writtenBytes, digest } = result;
    return { writtenBytes, digest: digest === undefined ? undefined : Buffer.from(digest, "latin1") };
  }

  /** Waits until nothing writes to the sink's file any more, whether or not the thread lives. */
  async close(sink: number): Promise<void> {
    await this.#call({ kind: "close", call: this.#nextNumber(), sink }).catch((error: unknown) => {
      if (!(error instanceof ThreadLostError)) throw error;
    });
  }

  /** Ends it, and what it does. */
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
        onReceived: (sizeBytes) => events.onReceived(sizeBytes),
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
    if (report.kind === "head") call.onHead(report.head);
    else if (report.kind === "received") call.onReceived(report.sizeBytes);
    else {
      this.#calls.delete(report.call);
      if (this.#calls.size === 0) this.#worker.unref();
      if (report.kind === "end") call.resolve(report.result);
      else call.reject(errorOf(report.failure));
    }
  }

  #lose(): void {
    this.#isLost = true;
    this.#onLost(this);
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { reject } of calls) reject(new ThreadLostError());
  }
}

type Answering = { readonly kind: "decision"; readonly goesOn: boolean } | { readonly kind: "abort" };

/** What becomes of the answer to one request: the receiver decides here, and the bytes stay in the thread. */
class AnswerOf implements CallEvents {
  readonly #receive: HttpRequest["receive"];
  readonly #reply: (order: Answering) => void;
  #receiver: ReturnType<NonNullable<HttpRequest["receive"]>> | undefined;
  /** What the receiver has thrown. */
  #failure: { readonly error: unknown } | undefined;

  constructor(receive: HttpRequest["receive"], reply: (order: Answering) => void) {
    this.#receive = receive;
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

  onReceived(sizeBytes: number): void {
    try {
      this.#receiver?.commit(sizeBytes);
    } catch (error) {
      this.#failure ??= { error };
      this.#reply({ kind: "abort" });
    }
  }

  /** @throws what the receiver has thrown. */
  responseOf(result: CallResult): HttpResponse {
    if (this.#failure) throw this.#failure.error;
    if (result.kind !== "response") throw unexpected(result);
    return { ...result.head, body: Buffer.from(result.body, "latin1") };
  }

  failureOr(error: unknown): unknown {
    return this.#failure ? this.#failure.error : error;
  }
}

function unexpected({ kind }: CallResult): Error {
  return new Error(`a thread answered with "${kind}" to something else`);
}
