import { ConnectionPool } from "./connection-pool.ts";
import type { HttpRequest, HttpResponse } from "./messages.ts";
import { DIRECT_NETWORK, type NetworkSettings } from "./network-settings.ts";
import { failureBeyond, type Route, refusalIn, requestOn, routeTo } from "./route.ts";
import { SocketOpener } from "./sockets/socket-opener.ts";

/** Sends requests. */
export interface Carrier {
  /**
   * Sends a request and reads the answer, whatever its status.
   *
   * @throws {ConnectionError} if no whole answer came; what the body's source or the receiver throws; the signal's reason.
   */
  exchange(request: HttpRequest): Promise<HttpResponse>;
}

export interface Transport extends Carrier {
  /** Ends every idle and busy connection. */
  close(): void;
}

export interface TransportOptions {
  /** The most connections to one server at once. */
  readonly maxConnections: number;
  /** A connection is given up if nothing is sent or received for this time. */
  readonly idleTimeoutMs: number;
  /** The time limit for opening a connection, twice as long for a tunnel through a proxy. Default: 10 s. */
  readonly connectTimeoutMs?: number;
  /** How connections leave this machine. Default: directly. */
  readonly network?: NetworkSettings;
}

/** A host that does not answer in this time does not exist, or is behind a firewall. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** Opens connections to any number of servers, keeps them alive and reuses them. */
export function createTransport(options: TransportOptions): Transport {
  const { maxConnections, idleTimeoutMs, connectTimeoutMs = CONNECT_TIMEOUT_MS, network = DIRECT_NETWORK } = options;
  const opener = new SocketOpener(network, { connectTimeoutMs, idleTimeoutMs });
  const servers = new Map<string, ServerConnections>();

  function connectionsTo(request: HttpRequest): ServerConnections {
    const name = `${request.protocol}${request.hostname}:${request.port ?? ""}`;
    const known = servers.get(name);
    if (known) return known;
    const route = routeTo(request, network);
    const pool = new ConnectionPool({
      maxConnections,
      idleTimeoutMs,
      open: (onread, signal) => opener.open(route, { onread, signal }),
      failure: (code, reason) => failureBeyond(route, code, reason),
    });
    servers.set(name, { route, pool });
    return { route, pool };
  }

  return {
    async exchange(request) {
      const { route, pool } = connectionsTo(request);
      const response = await pool.exchange(requestOn(route, request));
      const refusal = refusalIn(response, route);
      if (refusal) throw refusal;
      return response;
    },
    close() {
      for (const { pool } of servers.values()) pool.close();
    },
  };
}

/** The connections to one server, and how they reach it. */
interface ServerConnections {
  readonly route: Route;
  readonly pool: ConnectionPool;
}
