import type { OnReadOpts, Socket } from "node:net";
import { type ConnectionError, reasonOf } from "./connection-error.ts";
import { Exchange, type ExchangeConnection } from "./exchange.ts";
import type { HttpRequest, HttpResponse } from "./messages.ts";
import { SocketWriter } from "./socket-writer.ts";

/**
 * Memory for bytes whose destination is not known yet: heads, and small answers with them. All connections share it, because its content
 * is used or copied before the next bytes can arrive.
 */
const SHARED = Buffer.allocUnsafeSlow(64 * 1024);

/** A server that sends less than this counts as silent. */
const MIN_BYTES_PER_SECOND = 1024;

/** How a connection to one server is made. */
export interface ConnectionOptions {
  /** A connection is given up if nothing is sent or received for this time, or if a GET receives hardly any data. */
  readonly idleTimeoutMs: number;
  /**
   * Opens a socket that is ready to carry requests. Received data goes to the memory that `onread` provides.
   *
   * @throws {ConnectionError}
   */
  open(onread: OnReadOpts, signal: AbortSignal): Promise<Socket>;
  /** What went wrong on an open connection. */
  failure(code: string, reason: string): ConnectionError;
  /** Called once, when the connection can no longer be used. */
  onClosed(): void;
}

/** A connection to a server, which carries one exchange at a time. It is opening, open or closed; an exchange may wait until it is open. */
export class Connection implements ExchangeConnection {
  readonly #options: ConnectionOptions;
  #state: "opening" | "open" | "closed" = "opening";
  readonly #opening = new AbortController();
  #socket: Socket | undefined;
  #writer: SocketWriter | undefined;
  #exchange: Exchange | undefined;
  /** Aborts the exchange. Successive requests mostly share one signal, and adding a listener costs more than a request's head. */
  #signal: AbortSignal | undefined;
  /** Where the next bytes are read to: the shared memory, or memory that the receiver has reserved. */
  #target: Buffer = SHARED;
  /** Bytes that arrived while the receiver was busy: TLS delivers everything that it has decrypted. */
  readonly #unread: Buffer[] = [];
  /** Whether the server has ended the connection. The receiver may still be working on earlier bytes. */
  #hasEnded = false;
  #paceTimer: NodeJS.Timeout | undefined;
  /** The exchange that was running when the speed was last checked, and the bytes that had arrived by then. */
  #paced: { readonly exchange: Exchange | undefined; readonly bytesRead: number } | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const onread = { buffer: () => this.#target, callback: (sizeBytes: number) => this.#read(sizeBytes) };
    options.open(onread, this.#opening.signal).then(
      (socket) => this.#opened(socket),
      (error) => this.#fail(error),
    );
  }

  /** Whether it can carry a request now or once it is open. */
  get isUsable(): boolean {
    return this.#state !== "closed";
  }

  /**
   * Sends a request and reads the answer, after the one before it has come to its end.
   *
   * @throws {ConnectionError} if no whole answer came; what the body's source or the receiver throws; the signal's reason.
   */
  exchange(request: HttpRequest): Promise<HttpResponse> {
    const { signal } = request;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const exchange = new Exchange(request, this);
    this.#exchange = exchange;
    this.#listenTo(signal);
    if (this.#writer) exchange.start(this.#writer);
    return exchange.response;
  }

  proceed(): void {
    if (this.#state === "closed") return;
    if (this.#unread.length > 0) this.#take(Buffer.concat(this.#unread.splice(0)));
    if (this.#exchange?.isReceiverAtWork) return;
    if (this.#hasEnded) this.#end();
    else this.#socket?.resume();
  }

  finish(isReusable: boolean): void {
    this.#exchange = undefined;
    if (!isReusable) this.close();
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    clearInterval(this.#paceTimer);
    this.#target = SHARED;
    this.#listenTo(undefined);
    if (this.#socket) {
      this.#socket.destroy();
      if (this.#exchange) this.#fail(this.failure("ECONNRESET", "the connection ended before the answer was complete"));
    } else {
      // Its failure ends the exchange.
      this.#opening.abort();
    }
    this.#options.onClosed();
  }

  failure(code: string, reason: string): ConnectionError {
    return this.#options.failure(code, reason);
  }

  #opened(socket: Socket): void {
    if (this.#state === "closed") {
      socket.destroy();
      this.#fail(this.failure("ECONNRESET", "the connection ended before it was established"));
      return;
    }
    this.#state = "open";
    this.#socket = socket;
    this.#writer = new SocketWriter(socket);
    const { idleTimeoutMs } = this.#options;
    socket
      .setTimeout(idleTimeoutMs)
      .on("timeout", () => this.#giveUp())
      .on("error", (error: NodeJS.ErrnoException) => this.#lose(this.failure(error.code ?? "unknown", reasonOf(error))))
      .on("end", () => this.#end())
      .on("close", () => this.#end());
    this.#paceTimer = setInterval(() => this.#checkPace(socket.bytesRead), idleTimeoutMs).unref();
    if (socket.destroyed) this.#end();
    else this.#exchange?.start(this.#writer);
  }

  #listenTo(signal: AbortSignal | undefined): void {
    if (signal === this.#signal) return;
    this.#signal?.removeEventListener("abort", this.#abort);
    signal?.addEventListener("abort", this.#abort);
    this.#signal = signal;
  }

  readonly #abort = (): void => this.#exchange?.fail(this.#signal?.reason);

  /** @returns whether more can be read at once. */
  #read(sizeBytes: number): boolean {
    const exchange = this.#exchange;
    if (exchange && this.#target !== SHARED) exchange.commit(sizeBytes);
    else this.#take(SHARED.subarray(0, sizeBytes));
    this.#target = this.#exchange?.reserve() ?? SHARED;
    return this.isUsable && !exchange?.isReceiverAtWork;
  }

  #take(bytes: Buffer): void {
    const takenBytes = this.#exchange?.take(bytes) ?? 0;
    if (takenBytes === bytes.length) return;
    if (this.#exchange) this.#unread.push(Buffer.from(bytes.subarray(takenBytes)));
    // More bytes arrived than the answer has.
    else this.close();
  }

  #end(): void {
    this.#hasEnded = true;
    if (this.#exchange?.isReceiverAtWork) return;
    this.#exchange?.end();
    this.close();
  }

  #giveUp(): void {
    const { idleTimeoutMs } = this.#options;
    // The wait is not for the server.
    if (this.#exchange?.isWaitingForThisMachine) this.#socket?.setTimeout(idleTimeoutMs);
    else this.#fail(this.failure("ETIMEDOUT", `no data was sent or received for ${idleTimeoutMs / 1000} s`));
  }

  /** Answers to writes may be slow: a store sends spaces until it has joined parts, or copied an object. */
  #checkPace(bytesRead: number): void {
    const exchange = this.#exchange;
    const before = this.#paced;
    this.#paced = { exchange, bytesRead };
    if (!exchange?.isReadRequest || exchange !== before?.exchange || exchange.isWaitingForThisMachine) return;
    const seconds = this.#options.idleTimeoutMs / 1000;
    if (bytesRead - before.bytesRead >= MIN_BYTES_PER_SECOND * seconds) return;
    this.#fail(this.failure("ETIMEDOUT", `less than 1 KiB/s was received for ${seconds} s`));
  }

  #lose(error: ConnectionError): void {
    this.#exchange?.lose(error);
    this.close();
  }

  #fail(error: unknown): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.fail(error);
    this.close();
  }
}
