/** A server, by what connections to it are made of. */
export interface Origin {
  readonly protocol: "http:" | "https:";
  /** Without the brackets that URLs put around an IPv6 address. */
  readonly hostname: string;
  /** `undefined` is the protocol's own port. */
  readonly port: number | undefined;
}

/** A server, by what requests to it are made of. */
export interface ServerAddress extends Origin {
  /** The Host header: the host name, and the port if it is not the protocol's own. */
  readonly host: string;
}

/** The address of the server that a URL leads to. */
export function serverAddress(url: URL): ServerAddress {
  return {
    protocol: url.protocol === "http:" ? "http:" : "https:",
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port ? Number(url.port) : undefined,
    host: url.host,
  };
}

/** The URL of a server. */
export function urlOf({ protocol, hostname, port }: Origin): URL {
  return new URL(`${protocol}//${bracketed(hostname)}${port === undefined ? "" : `:${port}`}`);
}

/** The port of a server, its protocol's own if it has no other. */
export function portOf({ protocol, port }: Origin): number {
  return port ?? (protocol === "https:" ? 443 : 80);
}

/** Host and port, both in any case: what a proxy is asked for. */
export function authorityOf(server: Origin): string {
  return `${bracketed(server.hostname)}:${portOf(server)}`;
}

function bracketed(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
