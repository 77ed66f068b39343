import http from "node:http";
import https from "node:https";
import { ConnectionError } from "./errors.ts";

/** Bytes that can be sent more than once: each call of `chunks` starts from the first byte. */
export interface Body {
  readonly sizeBytes: number;
  /** A chunk may be overwritten by its owner once the next one is asked for, or the iteration ended. */
  chunks(): Iterable<Buffer> | AsyncIterable<Buffer>;
}

/** One request as it goes on the wire, headers in full. */
export interface WireRequest {
  readonly protocol: "http:" | "https:";
  readonly hostname: string;
  readonly port: number | undefined;
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body | undefined;
  readonly receive?: Receiver | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The beginning of an answer. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
}

/** An answer, read to its end. */
export interface WireResponse extends ResponseHead {
  /** Empty where a receiver took it. */
  readonly body: Buffer;
}

/**
 * Takes the body of a successful answer chunk by chunk, rather than have it collected. Called with the head of each answer with a 2xx
 * status; what it returns is called with the chunks in order, the next one after its promise has resolved. A chunk is the receiver's
 * until then.
 */
export type Receiver = (head: ResponseHead) => (chunk: Buffer) => void | Promise<void>;

export interface Transport {
  /**
   * Sends a request and reads the answer, whatever its status.
   *
   * @throws {ConnectionError} where no whole answer came; what the body's source or the receiver throws; the signal's reason.
   */
  exchange(request: WireRequest): Promise<WireResponse>;
  /** Ends every idle and busy connection. */
  close(): void;
}

export interface TransportOptions {
  /** Connections to one host that may be open at once. */
  readonly maxConnections: number;
  /** A connection on which nothing moves for so long is given up. */
  readonly idleTimeoutMs: number;
}

/** A host that does not answer so long is not there, or behind a wall. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Opens connections to S3 that are kept alive and reused. */
export function createTransport(options: TransportOptions): Transport {
  const agentOptions = { keepAlive: true, maxSockets: options.maxConnections, maxFreeSockets: options.maxConnections };
  const plain = new http.Agent(agentOptions);
  const secure = new https.Agent(agentOptions);

  return {
    exchange(request) {
      const { send, agent } =
        request.protocol === "https:" ? { send: https.request, agent: secure } : { send: http.request, agent: plain };
      return new Promise((resolve, reject) => {
        const outgoing = send({
          agent,
          hostname: request.hostname,
          ...(request.port === undefined ? {} : { port: request.port }),
          method: request.method,
          path: request.target,
          // A flat array of names and values skips the checks and look-ups of one setHeader call a header.
          headers: Object.entries(request.headers).flat(),
          timeout: options.idleTimeoutMs,
          ...(request.signal ? { signal: request.signal } : {}),
        });
        let reading: Promise<unknown> | undefined;
        let hasFailed = false;
        const fail = (error: unknown) => {
          hasFailed = true;
          outgoing.destroy();
          const reason = request.signal?.aborted ? request.signal.reason : error;
          // The receiver may still be at work on a chunk, and must not be called for the next attempt meanwhile.
          if (reading) reading.finally(() => reject(reason));
          else reject(reason);
        };
        outgoing.on("error", (error) => fail(asConnectionError(error, request)));
        outgoing.on("socket", (socket) => {
          if (!socket.connecting) return;
          const seconds = CONNECT_TIMEOUT_MS / 1000;
          const error = new ConnectionError("ETIMEDOUT", request.hostname, `no connection within ${seconds} s`);
          const timer = setTimeout(() => fail(error), CONNECT_TIMEOUT_MS);
          socket.once("connect", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
        });
        outgoing.on("timeout", () => {
          const seconds = options.idleTimeoutMs / 1000;
          fail(new ConnectionError("ETIMEDOUT", request.hostname, `nothing moved for ${seconds} s`));
        });
        const sending = sendBody(outgoing, request.body);
        sending.catch(fail);
        outgoing.on("response", (incoming) => {
          const response = readAll(incoming, request, () => hasFailed);
          reading = response.catch(() => undefined);
          response.then((answer) => {
            // Answered before the whole body was sent: the connection cannot be used again.
            if (!outgoing.writableFinished) outgoing.destroy();
            sending.then(() => resolve(answer), fail);
          }, fail);
        });
      });
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** Sends a body and ends the request. When it returns, no chunk is in use any more. */
async function sendBody(outgoing: http.ClientRequest, body: Body | undefined): Promise<void> {
  if (!body || body.sizeBytes === 0) {
    outgoing.end();
    return;
  }
  let sentBytes = 0;
  for await (const chunk of body.chunks()) {
    if (outgoing.destroyed) return;
    sentBytes += chunk.length;
    const isLast = sentBytes === body.sizeBytes;
    await flushed(outgoing, (done) => (isLast ? outgoing.end(chunk, done) : outgoing.write(chunk, done)));
  }
}

/** Waits until the system has taken what `write` sends, or the request is over. */
function flushed(outgoing: http.ClientRequest, write: (done: () => void) => unknown): Promise<void> {
  return new Promise((resolve) => {
    outgoing.once("close", resolve);
    write(() => {
      outgoing.off("close", resolve);
      resolve();
    });
  });
}

async function readAll(
  incoming: http.IncomingMessage,
  request: WireRequest,
  hasFailed: () => boolean,
): Promise<WireResponse> {
  const head: ResponseHead = { status: incoming.statusCode ?? 0, headers: incoming.headers };
  const isSuccess = head.status >= 200 && head.status < 300;
  const chunks: Buffer[] = [];
  const take =
    isSuccess && request.receive
      ? request.receive(head)
      : (chunk: Buffer): void | Promise<void> => void chunks.push(chunk);
  const source = incoming[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  while (true) {
    const next = await source.next().catch((error) => Promise.reject(asConnectionError(error, request)));
    if (next.done) return { ...head, body: Buffer.concat(chunks) };
    if (hasFailed()) throw new ConnectionError("ECONNRESET", request.hostname, "the answer broke off");
    await take(next.value);
  }
}

function asConnectionError(error: NodeJS.ErrnoException, request: WireRequest): Error {
  // OpenSSL's messages are lines of C; the fourth field of "error:code:library:function:reason:file" is the phrase for people.
  const tlsReason = /\berror:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/.exec(error.message)?.[1];
  // Where a host has several addresses, the error is a list, and its own message empty.
  const message =
    error instanceof AggregateError ? error.errors.map((each: Error) => each.message).join(", ") : error.message;
  return new ConnectionError(error.code ?? "unknown", request.hostname, tlsReason ?? message);
}
