import type { ConnectionLimits } from "./connection-limits.ts";
import { DirectConnections } from "./direct-connections.ts";
import type { HttpRequest, HttpResponse } from "./messages.ts";
import { DIRECT_NETWORK, type NetworkSettings } from "./network-settings.ts";
import { createProxiedTransport } from "./proxied-transport.ts";

export interface Transport {
  /**
   * Sends a request and reads the answer, whatever its status.
   *
   * @throws {ConnectionError} where no whole answer came; what the body's source or the receiver throws; the signal's reason.
   */
  exchange(request: HttpRequest): Promise<HttpResponse>;
  /** Ends every idle and busy connection. */
  close(): void;
}

export interface TransportOptions extends Omit<ConnectionLimits, "connectTimeoutMs"> {
  /** Default: 10 s. */
  readonly connectTimeoutMs?: number;
  /** How connections leave this machine. Default: directly. */
  readonly network?: NetworkSettings;
}

/** A host that does not answer so long is not there, or behind a wall. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens connections that are kept alive and reused: our own, and where a proxy stands before the server, those of Node's client and of the
 * library that makes tunnels for it.
 */
export function createTransport(options: TransportOptions): Transport {
  const { maxConnections, idleTimeoutMs, connectTimeoutMs = CONNECT_TIMEOUT_MS, network = DIRECT_NETWORK } = options;
  const limits = { maxConnections, idleTimeoutMs, connectTimeoutMs };
  const direct = new DirectConnections(network, limits);
  const proxied = createProxiedTransport(network, limits);
  return {
    exchange: (request) => (direct.to(request) ?? proxied).exchange(request),
    close() {
      direct.close();
      proxied.close();
    },
  };
}
