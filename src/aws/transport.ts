import type http from "node:http";
import type { ConnectionError } from "./errors.ts";
import { DIRECT_NETWORK, type NetworkSettings } from "./network.ts";
import { type Route, Routes } from "./routes.ts";
import { watchWay } from "./way.ts";

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
 * status; what it returns is called with the chunks in order, the next one after its promise has resolved. The chunks are the
 * receiver's from then on.
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
  /** A connection that is not made after so long is given up, a tunnel through a proxy after twice as long. Default: 10 s. */
  readonly connectTimeoutMs?: number;
  /** How connections leave this machine. Default: directly. */
  readonly network?: NetworkSettings;
}

/** A host that does not answer so long is not there, or behind a wall. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Opens connections to S3 that are kept alive and reused. */
export function createTransport(options: TransportOptions): Transport {
  const { maxConnections, idleTimeoutMs, connectTimeoutMs = CONNECT_TIMEOUT_MS, network = DIRECT_NETWORK } = options;
  const timeouts = { idleTimeoutMs, connectTimeoutMs };
  const routes = new Routes(network, { maxConnections, idleTimeoutMs, tunnelTimeoutMs: 2 * connectTimeoutMs });
  return {
    exchange(request) {
      const route = routes.to(request);
      return route instanceof Promise
        ? route.then((opened) => exchange(request, opened, timeouts))
        : exchange(request, route, timeouts);
    },
    close: () => routes.close(),
  };
}

function exchange(
  request: WireRequest,
  route: Route,
  { idleTimeoutMs, connectTimeoutMs }: Required<Pick<TransportOptions, "idleTimeoutMs" | "connectTimeoutMs">>,
): Promise<WireResponse> {
  const { hostname, signal } = request;
  return new Promise((resolve, reject) => {
    const outgoing = route.send({
      ...route.options,
      method: request.method,
      path: route.targetPrefix + request.target,
      // A flat array of names and values skips the checks and look-ups of one setHeader call a header.
      headers: [...Object.entries(request.headers).flat(), ...route.proxyHeaders],
      timeout: idleTimeoutMs,
    });
    const way = watchWay(outgoing, route, hostname);
    let reading: Reading | undefined;
    const abort = () => fail(signal?.reason);
    const fail = (error: unknown) => {
      outgoing.destroy();
      signal?.removeEventListener("abort", abort);
      const reason = signal?.aborted ? signal.reason : error;
      // The receiver may still be at work on a chunk, and must not be called for the next attempt meanwhile.
      const atWork = reading?.end();
      if (atWork) atWork.then(() => reject(reason));
      else reject(reason);
    };
    outgoing.on("error", (error) => fail(way.explain(error)));
    // Not by Node's own option for it: that costs more, and ends a request only once it has a socket, which may want a tunnel first.
    if (signal?.aborted) return fail(signal.reason);
    signal?.addEventListener("abort", abort);
    outgoing.on("socket", (socket) => {
      if (!socket.connecting) return;
      const timeOut = () => fail(way.explainTimeout(`no connection within ${connectTimeoutMs / 1000} s`));
      const timer = setTimeout(timeOut, connectTimeoutMs);
      socket.once("connect", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
    });
    outgoing.on("timeout", () => fail(way.explainTimeout(`nothing moved for ${idleTimeoutMs / 1000} s`)));
    const sending = sendBody(outgoing, request.body);
    sending.catch(fail);
    outgoing.on("response", (incoming) => {
      const refusal = way.refusal(incoming);
      if (refusal) return fail(refusal);
      const finish = (answer: WireResponse) => {
        // Answered before the whole body was sent: the connection cannot be used again.
        if (!outgoing.writableFinished) outgoing.destroy();
        sending.then(() => {
          signal?.removeEventListener("abort", abort);
          resolve(answer);
        }, fail);
      };
      reading = readAll(incoming, request, { finish, fail, explain: way.explain });
    });
  });
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

/** An answer that is being read. */
interface Reading {
  /** Has no more of it taken. @returns a promise for the receiver's rest, where it is at work on a chunk. */
  end(): Promise<void> | undefined;
}

/** What becomes of an answer. */
interface ReadingEnds {
  finish(answer: WireResponse): void;
  fail(error: unknown): void;
  explain(error: NodeJS.ErrnoException): ConnectionError;
}

/** Reads an answer by its events: for a small one, iterating over it costs as much as all else together. */
function readAll(
  incoming: http.IncomingMessage,
  request: WireRequest,
  { finish, fail, explain }: ReadingEnds,
): Reading {
  const head: ResponseHead = { status: incoming.statusCode ?? 0, headers: incoming.headers };
  const isSuccess = head.status >= 200 && head.status < 300;
  const chunks: Buffer[] = [];
  let atWork: Promise<void> | undefined;
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
    return atWork?.catch(() => undefined);
  };
  const rest = () => {
    atWork = undefined;
    incoming.resume();
  };
  const receive = (take: ReturnType<Receiver>) => (chunk: Buffer) => {
    if (hasEnded) return;
    try {
      atWork = take(chunk) ?? undefined;
    } catch (error) {
      fail(error);
      return;
    }
    if (!atWork) return;
    incoming.pause();
    atWork.then(rest, fail);
  };
  try {
    incoming.on("data", isSuccess && request.receive ? receive(request.receive(head)) : (chunk) => chunks.push(chunk));
  } catch (error) {
    fail(error);
    return { end };
  }
  incoming.on("error", (error) => fail(explain(error)));
  incoming.on("end", () => {
    if (!hasEnded) finish({ ...head, body: Buffer.concat(chunks) });
  });
  return { end };
}
