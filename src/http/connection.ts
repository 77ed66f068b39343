import type { OnReadOpts, Socket } from "node:net";
import { CollectedBody } from "./body-receiver.ts";
import { ConnectionError, reasonOf } from "./connection-error.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import type { HttpRequest, HttpResponse, ResponseHead } from "./messages.ts";
import { requestHead } from "./request-head.ts";
import { ProtocolError, type ResponseHandler, ResponseReader } from "./response-reader.ts";

/** For what comes before it is known where it belongs: heads, and small answers with them. */
const OWN_BYTES = 64 * 1024;
/** What fits in here is sent in one piece with the head before it: to copy it takes less time than another call to the system. */
const SENT_BYTES = 64 * 1024;

/** What a connection needs to know. */
export interface ConnectionOptions extends Pick<ConnectionLimits, "idleTimeoutMs" | "connectTimeoutMs"> {
  /** For messages. */
  readonly hostname: string;
  /** Begins to connect. What is read goes where `onread` says. */
  open(onread: OnReadOpts): Socket;
  /** Called once, when the connection is of no use any more. */
  onClosed(): void;
}

/** What is under way on a connection. */
interface Exchange {
  readonly reader: ResponseReader;
  fail(error: unknown): void;
}

/** A connection to a server, which carries one request at a time. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #own = Buffer.allocUnsafeSlow(OWN_BYTES);
  /** For what comes while the receiver is at work on what is in the other. */
  #spare: Buffer | undefined;
  /** Where the system puts what comes next. */
  #room: Buffer = this.#own;
  /** Whether that is the receiver's own room. */
  #isDirect = false;
  #sent: Buffer | undefined;
  #current: Exchange | undefined;
  /** Ends what is under way. Requests in a row have the same one, mostly, and to listen to it costs more than a request's head. */
  #signal: AbortSignal | undefined;
  /** The receiver's work on what has come; nothing is read meanwhile. */
  #work: Promise<void> | undefined;
  /** What came nevertheless: TLS hands out all that it has decrypted. */
  readonly #late: Buffer[] = [];
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#socket = options.open({
      buffer: () => this.#room,
      callback: (sizeBytes) => this.#read(sizeBytes),
    });
    const { idleTimeoutMs, connectTimeoutMs } = options;
    this.#socket
      .setNoDelay(true)
      .setKeepAlive(true, 1000)
      .setTimeout(idleTimeoutMs, () => this.#giveUp(idleTimeoutMs))
      .on("error", (error: NodeJS.ErrnoException) => this.#break(error.code ?? "unknown", reasonOf(error)))
      .on("end", () => this.#end())
      .on("close", () => this.#end());
    const giveUp = () => this.#break("ETIMEDOUT", `no connection within ${connectTimeoutMs / 1000} s`);
    const timer = setTimeout(giveUp, connectTimeoutMs);
    this.#socket.once("connect", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
  }

  /** Whether a request can be sent. */
  get isOpen(): boolean {
    return !this.#isClosed;
  }

  /**
   * Sends a request and reads the answer, after the one before it has come to its end.
   *
   * @throws {ConnectionError} where no whole answer came; what the body's source or the receiver throws; the signal's reason.
   */
  exchange(request: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const { signal } = request;
      if (signal?.aborted) return reject(signal.reason);
      const collected = new CollectedBody();
      let head: ResponseHead;
      let isSent = false;
      const handler: ResponseHandler = {
        head(answered) {
          head = answered;
          const isSuccess = head.status >= 200 && head.status < 300;
          return isSuccess && request.receive ? request.receive(head) : collected;
        },
        end: () => {
          this.#current = undefined;
          // Answered before the whole body was sent: the connection cannot be used again.
          if (!isSent || !reader.keepsAlive) this.close();
          sending.then(() => resolve({ ...head, body: collected.bytes() }), reject);
        },
      };
      const reader = new ResponseReader(request.method, handler);
      const fail = (error: unknown) => {
        if (this.#current === exchange) this.#current = undefined;
        reader.abandon();
        this.close();
        const reason = signal?.aborted ? signal.reason : error;
        // The receiver may still be at work on what has come, and must not be called for the next attempt meanwhile.
        if (this.#work) this.#work.then(() => reject(reason));
        else reject(reason);
      };
      this.#listenTo(signal);
      const exchange = { reader, fail };
      this.#current = exchange;
      const sending = this.#send(request, () => this.#current === exchange).then(() => {
        isSent = true;
      });
      sending.catch(fail);
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#room = this.#own;
    this.#listenTo(undefined);
    this.#socket.destroy();
    this.#options.onClosed();
  }

  #listenTo(signal: AbortSignal | undefined): void {
    if (signal === this.#signal) return;
    this.#signal?.removeEventListener("abort", this.#abort);
    signal?.addEventListener("abort", this.#abort);
    this.#signal = signal;
  }

  readonly #abort = (): void => this.#current?.fail(this.#signal?.reason);

  /** When it returns, no chunk is in use any more. */
  async #send(request: HttpRequest, isWanted: () => boolean): Promise<void> {
    let head = requestHead(request);
    const { body } = request;
    if (!body || body.sizeBytes === 0) {
      this.#socket.write(head, "latin1");
      return;
    }
    for await (const chunk of body.chunks()) {
      if (!isWanted()) return;
      if (head.length + chunk.length <= SENT_BYTES) await this.#written(this.#behind(head, chunk));
      else {
        if (head !== "") this.#socket.write(head, "latin1");
        await this.#written(chunk);
      }
      head = "";
    }
  }

  /** The chunk, with the head before it. */
  #behind(head: string, chunk: Buffer): Buffer {
    if (head === "") return chunk;
    this.#sent ??= Buffer.allocUnsafeSlow(SENT_BYTES);
    const headBytes = this.#sent.write(head, "latin1");
    return this.#sent.subarray(0, headBytes + chunk.copy(this.#sent, headBytes));
  }

  /** Waits until the system has taken the bytes, or the connection is over. */
  #written(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.write(bytes, () => resolve());
    });
  }

  /** @returns whether more can be read at once. */
  #read(sizeBytes: number): boolean {
    const current = this.#current;
    // Nobody has asked for it.
    if (!current) this.close();
    if (!current || this.#isClosed) return false;
    const bytes = this.#room.subarray(0, sizeBytes);
    if (this.#work) {
      this.#late.push(Buffer.from(bytes));
      return false;
    }
    const { reader } = current;
    return this.#take(current, () => {
      const work = this.#isDirect ? reader.commit(sizeBytes) : reader.push(bytes);
      const room = work ? undefined : reader.reserve();
      this.#isDirect = room !== undefined;
      this.#room = room ?? (work ? this.#otherRoom() : this.#own);
      return work;
    });
  }

  #otherRoom(): Buffer {
    if (this.#room !== this.#own) return this.#own;
    this.#spare ??= Buffer.allocUnsafeSlow(OWN_BYTES);
    return this.#spare;
  }

  /** @returns whether the receiver is done with it. */
  #take(current: Exchange, take: () => void | Promise<void>): boolean {
    try {
      const work = take();
      if (!work) return true;
      this.#pause(work, current);
    } catch (error) {
      // Where more came behind a whole answer, the answer stands.
      if (this.#current === current) this.#fail(current, error);
      else this.close();
    }
    return false;
  }

  #pause(work: Promise<void>, current: Exchange): void {
    this.#work = work.then(
      () => {
        this.#work = undefined;
        const late = this.#late.splice(0);
        const isRead = late.length === 0 || this.#take(current, () => current.reader.push(Buffer.concat(late)));
        if (isRead) this.#socket.resume();
      },
      (error) => {
        this.#work = undefined;
        this.#fail(current, error);
      },
    );
  }

  #fail(exchange: Exchange, error: unknown): void {
    const isOurs = error instanceof ProtocolError;
    exchange.fail(isOurs ? new ConnectionError(error.code, this.#options.hostname, error.message) : error);
  }

  #end(): void {
    if (this.#work) void this.#work.then(() => this.#end());
    // An end that we have made is no answer's.
    else if (this.#isClosed || !this.#current?.reader.close())
      this.#break("ECONNRESET", "the connection ended before the answer did");
  }

  #giveUp(idleTimeoutMs: number): void {
    // It is not the server that is waited for.
    if (this.#work) this.#socket.setTimeout(idleTimeoutMs);
    else this.#break("ETIMEDOUT", `nothing moved for ${idleTimeoutMs / 1000} s`);
  }

  #break(code: string, reason: string): void {
    this.#current?.fail(new ConnectionError(code, this.#options.hostname, reason));
    this.close();
  }
}
