import http from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { answer, type Desk } from "./answer.ts";
import { type CredentialLookup, defaultCredential, lookupIn, type S3Credential } from "./auth/credentials.ts";
import { type Fault, type FaultRule, FaultTable } from "./faults.ts";
import { xmlError } from "./http/xml.ts";
import { currentSecond } from "./operations/operation.ts";
import { RequestLog, type SeenRequest } from "./request-log.ts";
import { BodyFolder } from "./store/bodies.ts";
import { BucketTable } from "./store/buckets.ts";

export { type CredentialLookup, defaultCredential, type S3Credential } from "./auth/credentials.ts";
export type { Fault, FaultAction, FaultMatch, FaultRule } from "./faults.ts";
export { ownerAccountId } from "./operations/operation.ts";
export type { SeenRequest } from "./request-log.ts";

export interface S3ServerOptions {
  /** Default: one that is free. */
  readonly port?: number;
  /** Default: 127.0.0.1. */
  readonly hostname?: string;
  /** The region that requests must be signed for. Default: us-east-1. */
  readonly region?: string;
  /** Where the server makes its folder of bodies, which it removes on close. Default: the system's temporary folder. */
  readonly folder?: string;
  /** The keys that may sign, or what finds one by its access key id. Default: `defaultCredential` alone. */
  readonly credentials?: readonly S3Credential[] | CredentialLookup;
  /** Requests to `<bucket>.<baseHost>` are in virtual-host style. Default: localhost. */
  readonly baseHost?: string;
  /** PEM texts; with them the server speaks https alone. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** The server's clock. */
  readonly now?: () => Date;
}

export interface S3Server {
  /** Such as `http://127.0.0.1:9000`. */
  readonly url: string;
  /** What the server has seen, in order of arrival. */
  readonly requests: readonly SeenRequest[];
  clearRequests(): void;
  /** Lets something go wrong from now on. */
  addFault(rule: FaultRule): Fault;
  /** Makes a bucket without a request. @throws when the name is not valid */
  createBucket(name: string): void;
  /** Ends all connections and removes all bodies. */
  close(): Promise<void>;
}

const keepAliveTimeoutMs = 120_000;

/**
 * Starts an S3 server in this process. Buckets and metadata are in memory, bodies on disk; both are gone on close.
 * @throws when the port is taken or the folder cannot be made
 */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const { port = 0, hostname = "127.0.0.1", region = "us-east-1", tls, now = () => new Date() } = options;
  const { credentials = [defaultCredential] } = options;
  const bodies = await BodyFolder.create(options.folder);
  const world = { buckets: new BucketTable(), bodies, region, now };
  const log = new RequestLog();
  const faults = new FaultTable();
  const server = createServer(tls, {
    authority: { credentialOf: typeof credentials === "function" ? credentials : lookupIn(credentials), region, now },
    world,
    faults,
    log,
    baseHost: options.baseHost ?? "localhost",
    secure: tls !== undefined,
  });
  try {
    await listen(server, port, hostname);
  } catch (error) {
    await bodies.remove();
    throw error;
  }
  return {
    url: `${tls === undefined ? "http" : "https"}://${hostname}:${(server.address() as AddressInfo).port}`,
    get requests() {
      return log.entries;
    },
    clearRequests: () => log.clear(),
    addFault: (rule) => faults.add(rule),
    createBucket: (name) => world.buckets.create(name, currentSecond(world)),
    async close() {
      await stop(server);
      await bodies.remove();
    },
  };
}

function createServer(tls: S3ServerOptions["tls"], desk: Desk): http.Server {
  const connectionIdOf = numberConnections();
  const listener: http.RequestListener = (message, response) => {
    void answer(desk, message, response, connectionIdOf(message.socket));
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  server.keepAliveTimeout = keepAliveTimeoutMs;
  // A body of gigabytes may take its time.
  server.requestTimeout = 0;
  server.on("clientError", endBrokenConnection);
  return server;
}

function numberConnections(): (socket: Socket) => number {
  const ids = new WeakMap<Socket, number>();
  let count = 0;
  return (socket) => {
    const id = ids.get(socket) ?? ++count;
    ids.set(socket, id);
    return id;
  };
}

/** A client that closes its side within a body, and still listens, is told that the body was not complete. */
function endBrokenConnection(
  error: NodeJS.ErrnoException,
  socket: NodeJS.WritableStream & { writable: boolean },
): void {
  if (!socket.writable || error.code === "ECONNRESET") return;
  const code = error.code === "HPE_INVALID_EOF_STATE" ? "IncompleteBody" : "BadRequest";
  const document = xmlError({ Code: code, Message: "The request was not complete, or was not HTTP." });
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/xml\r\nContent-Length: ${document.length}\r\n\r\n${document}`,
  );
}

function listen(server: http.Server, port: number, hostname: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function stop(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
