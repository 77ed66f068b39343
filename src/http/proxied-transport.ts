import type http from "node:http";
import { type BodyReceiver, CollectedBody, pour } from "./body-receiver.ts";
import type { ConnectionError } from "./connection-error.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import type { Body, HttpRequest, HttpResponse, ResponseHead } from "./messages.ts";
import type { NetworkSettings } from "./network-settings.ts";
import { type Route, Routes } from "./routes.ts";
import { watchWay } from "./way.ts";

/** The same for what has to go through a proxy. */
export function createProxiedTransport(network: NetworkSettings, limits: ConnectionLimits) {
  const { maxConnections, idleTimeoutMs, connectTimeoutMs } = limits;
  const routes = new Routes(network, { maxConnections, idleTimeoutMs, tunnelTimeoutMs: 2 * connectTimeoutMs });
  return {
    exchange: async (request: HttpRequest) => exchange(request, await routes.to(request), limits),
    close: () => routes.close(),
  };
}

function exchange(
  request: HttpRequest,
  route: Route,
  { idleTimeoutMs, connectTimeoutMs }: ConnectionLimits,
): Promise<HttpResponse> {
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
      const finish = (answer: HttpResponse) => {
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
  finish(answer: HttpResponse): void;
  fail(error: unknown): void;
  explain(error: NodeJS.ErrnoException): ConnectionError;
}

/** Reads an answer by its events: for a small one, iterating over it costs as much as all else together. */
function readAll(
  incoming: http.IncomingMessage,
  request: HttpRequest,
  { finish, fail, explain }: ReadingEnds,
): Reading {
  const head: ResponseHead = { status: incoming.statusCode ?? 0, headers: textsOf(incoming.headers) };
  const isSuccess = head.status >= 200 && head.status < 300;
  const collected = new CollectedBody();
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
  const receive = (receiver: BodyReceiver) => (chunk: Buffer) => {
    if (hasEnded) return;
    try {
      atWork = pour(chunk, receiver) ?? undefined;
    } catch (error) {
      fail(error);
      return;
    }
    if (!atWork) return;
    incoming.pause();
    atWork.then(rest, fail);
  };
  try {
    incoming.on("data", receive(isSuccess && request.receive ? request.receive(head) : collected));
  } catch (error) {
    fail(error);
    return { end };
  }
  incoming.on("error", (error) => fail(explain(error)));
  incoming.on("end", () => {
    if (!hasEnded) finish({ ...head, body: collected.bytes() });
  });
  return { end };
}

function textsOf(headers: http.IncomingHttpHeaders): ResponseHead["headers"] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]));
}
