import net, { type OnReadOpts, type Socket } from "node:net";
import tls from "node:tls";
import type { NetworkSettings } from "../network-settings.ts";
import { ProxyError, proxyRefusal } from "../proxy-error.ts";
import { failureBeyond, type ProxyRoute, type Route } from "../route.ts";
import { type Origin, portOf } from "../server-address.ts";
import { openingStep, type SocketFailure, type StepOptions } from "./opening-step.ts";
import { type TlsOptions, tlsOptionsOf } from "./tls-options.ts";
import { askForTunnel } from "./tunnel.ts";

const KEEP_ALIVE_DELAY_MS = 1000;

/** Time limits for opening a socket. */
export interface OpeningLimits {
  /** For the connection. A tunnel through a proxy gets twice this time. */
  readonly connectTimeoutMs: number;
  /** The longest time without any data during the TLS handshake. */
  readonly idleTimeoutMs: number;
}

/** The options of one socket. */
interface SocketUse {
  /** Where to put what is read; absent if the socket's `data` events are listened to. */
  readonly onread?: OnReadOpts;
  /** Aborts the opening. */
  readonly signal: AbortSignal;
}

/** Opens sockets to servers, directly or through a proxy, by the network settings of one step. */
export class SocketOpener {
  readonly #network: NetworkSettings;
  readonly #limits: OpeningLimits;
  /** The latest TLS session with each server, which makes the next handshake shorter. */
  readonly #sessions = new Map<string, Buffer>();
  #tls: TlsOptions | undefined;

  constructor(network: NetworkSettings, limits: OpeningLimits) {
    this.#network = network;
    this.#limits = limits;
  }

  /**
   * Opens a socket that can carry requests.
   *
   * @throws {ConnectionError}, or {ProxyError} on a route with a proxy.
   */
  open(route: Route, use: SocketUse): Promise<Socket> {
    if (route.kind === "tunnel") return this.#openTunnel(route, use);
    const { idleTimeoutMs } = this.#limits;
    return route.kind === "forward"
      ? this.#connect(route.proxy.address, idleTimeoutMs, use, unreachedProxy(route))
      : this.#connect(route.server, idleTimeoutMs, use, (code, reason) => failureBeyond(route, code, reason));
  }

  async #connect(server: Origin, tlsTimeoutMs: number, use: SocketUse, failure: SocketFailure): Promise<Socket> {
    const { onread, signal } = use;
    const to = { host: server.hostname, port: portOf(server), ...(onread ? { onread } : {}) };
    const isSecure = server.protocol === "https:";
    const socket = isSecure ? this.#startTls(server, to) : net.connect(to);
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    const { connectTimeoutMs } = this.#limits;
    const connection = { timeoutMs: connectTimeoutMs, missing: "connection", signal, failure };
    await openingStep(socket, connection, (done) => socket.once("connect", done));
    if (isSecure) await untilSecure(socket, { ...connection, timeoutMs: tlsTimeoutMs });
    return socket;
  }

  async #openTunnel(route: ProxyRoute, { onread, signal }: SocketUse): Promise<Socket> {
    const { server, proxy } = route;
    const failure = unreachedProxy(route);
    const timeoutMs = 2 * this.#limits.connectTimeoutMs;
    const toProxy = await this.#connect(proxy.address, timeoutMs, { signal }, failure);
    const asking = { timeoutMs, missing: "connection through it", signal, failure };
    const { status, statusText = "" } = await askForTunnel(toProxy, server, proxy.headers, asking);
    if (status < 200 || status >= 300) {
      toProxy.destroy();
      throw proxyRefusal(proxy, server.hostname, status, statusText);
    }
    const socket = this.#startTls(server, { host: server.hostname, socket: toProxy });
    // `tls.connect` ignores `onread` if it is given a socket.
    if (onread) readInto(socket, onread);
    await untilSecure(socket, {
      timeoutMs: this.#limits.idleTimeoutMs,
      signal,
      failure: (code, reason) => failureBeyond(route, code, reason),
    });
    return socket;
  }

  #startTls(server: Origin, to: tls.ConnectionOptions): tls.TLSSocket {
    this.#tls ??= tlsOptionsOf(this.#network);
    const name = `${server.hostname}:${portOf(server)}`;
    const session = this.#sessions.get(name);
    const socket = tls.connect({
      ...this.#tls,
      ...to,
      // An IP address must not be sent as the server name.
      ...(net.isIP(server.hostname) ? {} : { servername: server.hostname }),
      ...(session ? { session } : {}),
    });
    return socket.on("session", (latest) => this.#sessions.set(name, latest));
  }
}

/** Waits for the TLS handshake. */
function untilSecure(socket: Socket, options: Omit<StepOptions, "missing">): Promise<void> {
  return openingStep(socket, { ...options, missing: "TLS connection" }, (done) => socket.once("secureConnect", done));
}

function unreachedProxy({ server, proxy }: ProxyRoute): SocketFailure {
  return (code, reason) =>
    new ProxyError(code, server.hostname, `was not reached: ${reason}`, { proxy, stage: "unreached" });
}

/** Does the same as `onread`, with the socket's events. */
function readInto(socket: Socket, { buffer, callback }: OnReadOpts): void {
  const target = typeof buffer === "function" ? buffer : () => buffer;
  socket.on("data", (chunk: Buffer) => {
    let isMoreWanted = true;
    for (let position = 0; position < chunk.length; ) {
      const memory = target();
      const sizeBytes = chunk.copy(memory, 0, position);
      position += sizeBytes;
      isMoreWanted = callback(sizeBytes, memory);
    }
    if (!isMoreWanted) socket.pause();
  });
}
