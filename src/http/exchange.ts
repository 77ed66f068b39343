import { type BodyReceiver, CollectedBody } from "./body-receiver.ts";
import type { ConnectionError } from "./connection-error.ts";
import type { HttpRequest, HttpResponse, ResponseHead } from "./messages.ts";
import { isCutDocument } from "./parser/cut-document.ts";
import { ProtocolError } from "./parser/protocol-error.ts";
import { ResponseParser } from "./parser/response-parser.ts";
import { requestHead } from "./request-head.ts";
import type { SocketWriter } from "./socket-writer.ts";

/**
 * How far the request is: not begun; waiting for the next chunk from the body's source; waiting for the network to take a chunk; sent as a
 * whole; or stopped, because the rest of it is not wanted any more.
 */
type RequestState = "unsent" | "waiting for source" | "waiting for network" | "sent" | "stopped";

/**
 * How far the answer is: waiting for its head, or for more of its body; waiting for the receiver's work on what has come; read as a whole;
 * or failed.
 */
type ResponseState = "head" | "body" | "waiting for receiver" | "complete" | "failed";

/** What an exchange needs of the connection that carries it. */
export interface ExchangeConnection {
  /** The receiver has done its work: what comes next can be taken. */
  proceed(): void;
  /** The answer is complete. @param isReusable whether another exchange may follow on this connection. */
  finish(isReusable: boolean): void;
  /** Ends the connection, which cannot be used again. */
  close(): void;
  /** What went wrong between this machine and the server. */
  failure(code: string, reason: string): ConnectionError;
}

/**
 * One request and its answer. Both make progress independently of each other, each through its own states. The exchange is settled when the
 * answer is complete or something has failed, and neither the body's source, nor the network, nor the receiver is still at work on it: the
 * memory that they use may then be used for something else, such as the next attempt.
 */
export class Exchange {
  /** Rejects with a {ConnectionError} if no whole answer came; with what the source or the receiver throws; with the signal's reason. */
  readonly response: Promise<HttpResponse>;
  readonly #request: HttpRequest;
  readonly #connection: ExchangeConnection;
  readonly #parser: ResponseParser;
  readonly #collected = new CollectedBody();
  #receiver: BodyReceiver = this.#collected;
  #requestState: RequestState = "unsent";
  #responseState: ResponseState = "head";
  /** The first failure; what follows from it is not reported. */
  #failure: { readonly error: unknown } | undefined;
  #resolve!: (response: HttpResponse) => void;
  #reject!: (error: unknown) => void;

  constructor(request: HttpRequest, connection: ExchangeConnection) {
    this.#request = request;
    this.#connection = connection;
    this.#parser = new ResponseParser(request.method);
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Whether it is this machine that is waited for, and not the network. */
  get isWaitingForThisMachine(): boolean {
    return this.isReceiverAtWork || this.#requestState === "waiting for source";
  }

  /** Whether it reads from the server, and changes nothing there. */
  get isReadRequest(): boolean {
    return this.#request.method === "GET";
  }

  /** Whether bytes that come now cannot be taken yet. */
  get isReceiverAtWork(): boolean {
    return this.#responseState === "waiting for receiver";
  }

  /** Begins to send the request. */
  start(writer: SocketWriter): void {
    this.#requestState = "waiting for source";
    this.#send(writer).then(
      () => this.#settle(),
      (error) => {
        this.#requestState = "stopped";
        this.fail(error);
      },
    );
  }

  async #send(writer: SocketWriter): Promise<void> {
    const { body } = this.#request;
    let head = requestHead(this.#request);
    if (!body || body.sizeBytes === 0) writer.writeHead(head);
    else {
      for await (const chunk of body.chunks()) {
        if (this.#isAnswered()) break;
        this.#requestState = "waiting for network";
        await writer.write(head, chunk);
        this.#requestState = "waiting for source";
        head = "";
      }
    }
    this.#requestState = this.#isAnswered() ? "stopped" : "sent";
  }

  /** Whether the rest of the request is not wanted any more. */
  #isAnswered(): boolean {
    return this.#failure !== undefined || this.#responseState === "complete";
  }

  /** Memory in which the next bytes belong; undefined if they have to be looked at first. */
  reserve(): Buffer | undefined {
    const { bodyBytes } = this.#parser;
    // Where only the connection's end is the body's, the receiver may have no memory left for what will never come.
    if (this.#responseState !== "body" || bodyBytes === 0 || bodyBytes === Number.POSITIVE_INFINITY) return undefined;
    try {
      return this.#reserve(bodyBytes);
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /** So many bytes have come into the memory that was reserved. */
  commit(sizeBytes: number): void {
    try {
      this.#commit(sizeBytes);
    } catch (error) {
      this.#break(error);
    }
  }

  /** Takes bytes that came elsewhere. @returns how many: fewer if the receiver is at work, or they are not this answer's. */
  take(bytes: Buffer): number {
    let takenBytes = 0;
    try {
      while (takenBytes < bytes.length && this.#isReading()) {
        const rest = takenBytes === 0 ? bytes : bytes.subarray(takenBytes);
        takenBytes += this.#parser.state === "body" ? this.#takeBody(rest) : this.#takeText(rest);
      }
    } catch (error) {
      this.#break(error);
    }
    return takenBytes;
  }

  /** The connection has ended, and all that came has been taken. */
  end(): void {
    if (this.#parser.end() && !this.#isCutOff()) this.#complete();
    else this.fail(this.#connection.failure("ECONNRESET", "the connection ended before the answer was complete"));
  }

  /** The connection has broken, with this error. */
  lose(error: ConnectionError): void {
    // A server that refuses a request without reading all of it resets the connection behind its answer.
    if (this.#isReading() && this.#isRefusalUntilClose()) this.end();
    else this.fail(error);
  }

  #isCutOff(): boolean {
    const { head } = this.#parser;
    return head !== undefined && head.status < 400 && isCutDocument(head, this.#collected.bytes());
  }

  #isRefusalUntilClose(): boolean {
    const { head, bodyBytes } = this.#parser;
    return head !== undefined && head.status >= 400 && bodyBytes === Number.POSITIVE_INFINITY;
  }

  /** Ends it before its time, and the connection with it. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    if (this.#isReading()) this.#responseState = "failed";
    this.#connection.close();
    this.#settle();
  }

  #isReading(): boolean {
    return this.#responseState === "head" || this.#responseState === "body";
  }

  #takeText(bytes: Buffer): number {
    const takenBytes = this.#parser.parse(bytes);
    const { head, state } = this.#parser;
    if (head && this.#responseState === "head") {
      this.#receiver = this.#receiverOf(head);
      if (!this.#failure) this.#responseState = "body";
    }
    if (state === "complete" && this.#isReading()) this.#complete();
    return takenBytes;
  }

  #receiverOf(head: ResponseHead): BodyReceiver {
    const isSuccess = head.status >= 200 && head.status < 300;
    return isSuccess && this.#request.receive ? this.#request.receive(head) : this.#collected;
  }

  #takeBody(bytes: Buffer): number {
    const sizeBytes = bytes.copy(this.#reserve(this.#parser.bodyBytes));
    this.#commit(sizeBytes);
    return sizeBytes;
  }

  #reserve(maxBytes: number): Buffer {
    const memory = this.#receiver.reserve();
    return memory.length > maxBytes ? memory.subarray(0, maxBytes) : memory;
  }

  #commit(sizeBytes: number): void {
    this.#parser.passBody(sizeBytes);
    this.#responseState = "waiting for receiver";
    const work = this.#receiver.commit(sizeBytes);
    if (work) this.#waitForReceiver(work);
    else this.#receiverIsDone();
  }

  #waitForReceiver(work: Promise<void>): void {
    work.then(
      () => {
        this.#receiverIsDone();
        this.#connection.proceed();
      },
      (error) => this.#break(error),
    );
  }

  #receiverIsDone(): void {
    if (this.#failure) this.#break(this.#failure.error);
    else if (this.#parser.state === "complete") this.#complete();
    else this.#responseState = "body";
  }

  #complete(): void {
    this.#responseState = "complete";
    // Answered before the whole body was sent: the connection cannot be used again.
    this.#connection.finish(this.#requestState === "sent" && this.#parser.keepsAlive);
    this.#settle();
  }

  /** What came is not HTTP, or the receiver has thrown. */
  #break(error: unknown): void {
    this.#responseState = "failed";
    this.fail(error instanceof ProtocolError ? this.#connection.failure(error.code, error.message) : error);
  }

  #settle(): void {
    const isSending = this.#requestState === "waiting for source" || this.#requestState === "waiting for network";
    if (isSending || this.#responseState === "waiting for receiver") return;
    const { signal } = this.#request;
    if (this.#failure) this.#reject(signal?.aborted ? signal.reason : this.#failure.error);
    else if (this.#responseState === "complete") {
      this.#resolve({ ...(this.#parser.head as ResponseHead), body: this.#collected.bytes() });
    }
  }
}
