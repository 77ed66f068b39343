import net from "node:net";
import tls from "node:tls";
import type { ConnectionOptions } from "./connection.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import { Connections } from "./connection-pool.ts";
import type { NetworkSettings } from "./network-settings.ts";
import { type Origin, urlOf } from "./origin.ts";
import { type TlsOptions, tlsOptionsOf } from "./tls-options.ts";

/** The connections to all servers that are reached without a proxy. */
export class DirectConnections {
  readonly #network: NetworkSettings;
  readonly #limits: ConnectionLimits;
  readonly #servers = new Map<string, Connections | undefined>();
  #tls: TlsOptions | undefined;

  constructor(network: NetworkSettings, limits: ConnectionLimits) {
    this.#network = network;
    this.#limits = limits;
  }

  /** @returns undefined where a proxy is to be asked. */
  to(origin: Origin): Connections | undefined {
    const name = `${origin.protocol}${origin.hostname}:${origin.port ?? ""}`;
    if (!this.#servers.has(name)) {
      this.#servers.set(name, this.#network.proxyFor(urlOf(origin)) ? undefined : this.#open(origin));
    }
    return this.#servers.get(name);
  }

  close(): void {
    for (const connections of this.#servers.values()) connections?.close();
  }

  #open({ protocol, hostname, port }: Origin): Connections {
    return new Connections({
      ...this.#limits,
      hostname,
      open:
        protocol === "https:"
          ? this.#secureOpener(hostname, port ?? 443)
          : (onread) => net.connect({ host: hostname, port: port ?? 80, onread }),
    });
  }

  /** Sessions are resumed: the server then proves itself by what was agreed before, in less time. */
  #secureOpener(host: string, port: number): ConnectionOptions["open"] {
    this.#tls ??= tlsOptionsOf(this.#network);
    // An address is no name to be told to the server.
    const options = { ...this.#tls, host, port, ...(net.isIP(host) ? {} : { servername: host }) };
    let session: Buffer | undefined;
    return (onread) => {
      const socket = tls.connect({ ...options, ...(session ? { session } : {}), onread } as tls.ConnectionOptions);
      socket.on("session", (latest) => {
        session = latest;
      });
      return socket;
    };
  }
}
