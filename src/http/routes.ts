import http from "node:http";
import https from "node:https";
import type { NetworkSettings } from "./network-settings.ts";
import { type Origin, urlOf } from "./origin.ts";
import type { ProxyIdentity } from "./proxy-error.ts";
import { serverAddress } from "./server-address.ts";
import { type TlsOptions, tlsOptionsOf } from "./tls-options.ts";

/** How the requests that Node's own client sends to one server leave this machine. */
export interface Route {
  readonly send: typeof http.request;
  /** The agent, and where it connects to. */
  readonly options: https.RequestOptions;
  /** Stands before the path of a request: proxies want the whole URL of what is not tunneled. */
  readonly targetPrefix: string;
  /** Names and values that the proxy wants beside the request's own. */
  readonly proxyHeaders: readonly string[];
  /** How the first connection is made: by TCP alone, by TLS on it, or by what the agent does before it hands out a socket. */
  readonly opening: "connect" | "secureConnect" | "tunnel";
  readonly proxy?: ProxyIdentity;
}

/** What holds for all connections of a transport. */
export interface RouteLimits {
  /** To one host. */
  readonly maxConnections: number;
  /** After so long without a byte a connection is given up, whether it is in use or not. */
  readonly idleTimeoutMs: number;
  readonly tunnelTimeoutMs: number;
}

/** The routes of Node's own client, with the connections that are kept alive on them. */
export class Routes {
  readonly #network: NetworkSettings;
  readonly #agentOptions: http.AgentOptions;
  readonly #tunnelTimeoutMs: number;
  readonly #agents: http.Agent[] = [];
  readonly #routes = new Map<string, Route | Promise<Route>>();
  #plain: http.Agent | undefined;
  #secure: https.Agent | undefined;
  #tls: TlsOptions | undefined;

  constructor(network: NetworkSettings, { maxConnections, idleTimeoutMs, tunnelTimeoutMs }: RouteLimits) {
    this.#network = network;
    this.#agentOptions = {
      keepAlive: true,
      maxSockets: maxConnections,
      maxFreeSockets: maxConnections,
      // That of the requests, so that a connection's timer is set once and not for each of them.
      timeout: idleTimeoutMs,
    };
    this.#tunnelTimeoutMs = tunnelTimeoutMs;
  }

  /** The route to a server; a promise only where a proxy's part has to be loaded first. */
  to(origin: Origin): Route | Promise<Route> {
    const { protocol, hostname, port } = origin;
    const name = `${protocol}${hostname}:${port ?? ""}`;
    const known = this.#routes.get(name);
    if (known) return known;
    const route = this.#open(origin);
    this.#routes.set(name, route);
    // The next request does not wait any more.
    if (route instanceof Promise) route.then((opened) => this.#routes.set(name, opened)).catch(() => undefined);
    return route;
  }

  /** Ends every idle and busy connection. */
  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  #open(origin: Origin): Route | Promise<Route> {
    const { protocol, hostname, port } = origin;
    const proxy = this.#network.proxyFor(urlOf(origin));
    if (proxy) return protocol === "https:" ? this.#openTunnel(origin, proxy) : this.#openForwarding(origin, proxy);
    return {
      ...this.#connection(protocol),
      options: { ...this.#connection(protocol).options, hostname, ...(port === undefined ? {} : { port }) },
      targetPrefix: "",
      proxyHeaders: [],
    };
  }

  /** Plain http: the proxy reads the request, and sends one of its own. */
  #openForwarding(origin: Origin, proxy: URL): Route {
    const { options, ...connection } = this.#connection(proxy.protocol);
    const { hostname, port } = serverAddress(proxy);
    const credentials = [proxy.username, proxy.password].map(decodeURIComponent).join(":");
    const authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
    return {
      ...connection,
      options: { ...options, hostname, ...(port === undefined ? {} : { port }) },
      targetPrefix: urlOf(origin).origin,
      proxyHeaders: credentials === ":" ? [] : ["proxy-authorization", authorization],
      proxy: this.#identify(proxy),
    };
  }

  /** TLS through a tunnel: the proxy sees where it leads, and nothing of what is in it. */
  async #openTunnel({ hostname, port }: Origin, proxy: URL): Promise<Route> {
    const { TunnelAgent } = await import("./tunnel.ts");
    const agent = new TunnelAgent(proxy, this.#agentOptions, this.#tlsOptions(), this.#tunnelTimeoutMs);
    this.#agents.push(agent);
    return {
      send: https.request,
      options: { agent, hostname, port: port ?? 443 },
      targetPrefix: "",
      proxyHeaders: [],
      opening: "tunnel",
      proxy: this.#identify(proxy),
    };
  }

  #connection(protocol: string): Pick<Route, "send" | "options" | "opening"> {
    if (protocol === "https:") {
      this.#secure ??= this.#keep(new https.Agent({ ...this.#agentOptions, ...this.#tlsOptions() }));
      return { send: https.request, options: { agent: this.#secure }, opening: "secureConnect" };
    }
    this.#plain ??= this.#keep(new http.Agent(this.#agentOptions));
    return { send: http.request, options: { agent: this.#plain }, opening: "connect" };
  }

  #keep<T extends http.Agent>(agent: T): T {
    this.#agents.push(agent);
    return agent;
  }

  #tlsOptions(): TlsOptions {
    this.#tls ??= tlsOptionsOf(this.#network);
    return this.#tls;
  }

  #identify(proxy: URL): ProxyIdentity {
    return { host: proxy.host, source: this.#network.proxySource ?? "agent" };
  }
}
