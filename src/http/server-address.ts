/** The parts of a server's address that connections need. */
export interface Origin {
  readonly protocol: "http:" | "https:";
  /** Without the brackets that URLs put around an IPv6 address. */
  readonly hostname: string;
  /** `undefined` is the protocol's own port. */
  readonly port: number | undefined;
}

/** The parts of a server's address that requests need. */
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

/** Host and port, always with the port, as a proxy expects it. */
export function authorityOf(server: Origin): string {
  return `${bracketed(server.hostname)}:${portOf(server)}`;
}

function bracketed(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
