import http from "node:http";
import type net from "node:net";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import { localhostTls } from "../../local/s3/localhost-tls.ts";
import type { Body, HttpRequest } from "../../src/http/messages.ts";
import { createTransport, type Transport } from "../../src/http/transport.ts";
import { startForwardProxy } from "../stand-ins/proxy/forward-proxy.ts";

interface Route {
  readonly title: string;
  readonly protocol: "http:" | "https:";
  readonly proxy?: "http:" | "https:";
}

/** The ways to a server. */
export const ROUTES: readonly Route[] = [
  { title: "over http", protocol: "http:" },
  { title: "over https", protocol: "https:" },
  { title: "over https, in a tunnel through a proxy", protocol: "https:", proxy: "http:" },
  { title: "over https, in a tunnel through a proxy that is spoken to over TLS", protocol: "https:", proxy: "https:" },
];

/** Transports and servers that are closed after each test. */
class TransportBench {
  transport!: Transport;
  #proxyUrl: URL | undefined;
  #closers: (() => unknown)[] = [];
  readonly #route: Route;

  constructor(route: Route) {
    this.#route = route;
    beforeEach(() => this.#start());
    afterEach(async () => {
      for (const close of this.#closers) await close();
    });
  }

  /** Another transport than the one that each test has. */
  open(options: { maxConnections?: number; idleTimeoutMs?: number }): Transport {
    const network = { proxyFor: () => this.#proxyUrl, authorities: localhostTls.cert, skipsValidation: false };
    const opened = createTransport({ maxConnections: 4, idleTimeoutMs: 30_000, network, ...options });
    this.#closers.push(() => opened.close());
    return opened;
  }

  /** @returns the port. */
  serve(handler: http.RequestListener): Promise<number> {
    return this.listen(http.createServer(handler));
  }

  /** Listens with TLS before the server, if the route has it. @returns the port. */
  async listen(server: net.Server): Promise<number> {
    const sockets = new Set<net.Socket>();
    server.on("connection", (socket) => sockets.add(socket.on("error", () => undefined)));
    const hasTls = this.#route.protocol === "https:";
    const front = hasTls ? tls.createServer(localhostTls, (socket) => server.emit("connection", socket)) : server;
    this.#closers.push(() => {
      for (const socket of sockets) socket.destroy();
      front.close();
    });
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    return (front.address() as AddressInfo).port;
  }

  request(port: number, given: Partial<HttpRequest>): HttpRequest {
    const length = given.body ? { "content-length": String(given.body.sizeBytes) } : {};
    const headers = { host: `127.0.0.1:${port}`, ...length, ...given.headers };
    const { protocol } = this.#route;
    return { protocol, hostname: "127.0.0.1", port, method: "GET", target: "/", ...given, headers };
  }

  async #start(): Promise<void> {
    this.#closers = [];
    const { proxy: proxyProtocol } = this.#route;
    const proxy = proxyProtocol && (await startForwardProxy(proxyProtocol === "https:" ? { tls: localhostTls } : {}));
    this.#proxyUrl = proxy && new URL(proxy.url);
    this.transport = this.open({});
    if (proxy) this.#closers.push(() => proxy.close());
  }
}

/** For the tests of a group. */
export function transportBench(route: Route): TransportBench {
  return new TransportBench(route);
}

/** Ends a connection as a server does that crashes; with TLS, as a cable that is cut. */
export function reset(socket: net.Socket | null): void {
  if (socket instanceof tls.TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
}

export function bodyOf(...texts: string[]): Body {
  const chunks = texts.map((text) => Buffer.from(text));
  return { sizeBytes: Buffer.concat(chunks).length, chunks: () => chunks };
}
