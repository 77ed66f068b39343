import http from "node:http";
import type { Duplex } from "node:stream";
import type { NetworkSettings } from "./network-settings.ts";
import { forwardForm, type Route, routeTo } from "./route.ts";
import type { Origin } from "./server-address.ts";
import { SocketOpener } from "./sockets/socket-opener.ts";
import { CONNECT_TIMEOUT_MS } from "./transport.ts";

/** How Node's own client sends requests to one server over the sockets of this one. */
export interface ServerAgent {
  readonly agent: http.Agent;
  /** The prefix of each request's target. */
  readonly targetPrefix: string;
  /** The extra headers of each request. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * For libraries that send their requests by Node's own client: these then go through the same proxy, with the same certificates.
 *
 * @param idleTimeoutMs the time limit for the TLS handshake.
 */
export function openServerAgent(server: Origin, network: NetworkSettings, idleTimeoutMs: number): ServerAgent {
  const route = routeTo(server, network);
  const opener = new SocketOpener(network, { connectTimeoutMs: CONNECT_TIMEOUT_MS, idleTimeoutMs });
  return { agent: new SocketAgent(route, opener), ...forwardForm(route) };
}

/** Opens sockets to one server, no matter which server a request names. */
class SocketAgent extends http.Agent {
  /** Node compares it with the protocol of the request. */
  readonly protocol: string;
  /** Node does not add this port to the Host header. */
  readonly defaultPort: number;
  readonly #route: Route;
  readonly #opener: SocketOpener;
  readonly #closing = new AbortController();

  constructor(route: Route, opener: SocketOpener) {
    super({ keepAlive: true, maxSockets: 1 });
    this.protocol = route.server.protocol;
    this.defaultPort = this.protocol === "https:" ? 443 : 80;
    this.#route = route;
    this.#opener = opener;
  }

  override createConnection(_options: object, callback: (error: Error | null, socket: Duplex) => void): undefined {
    this.#opener.open(this.#route, { signal: this.#closing.signal }).then(
      (socket) => callback(null, socket),
      (error) => callback(error, undefined as unknown as Duplex),
    );
  }

  override destroy(): void {
    this.#closing.abort();
    super.destroy();
  }
}
