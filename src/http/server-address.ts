/** A server, by what requests to it are made of. */
export interface ServerAddress {
  readonly protocol: "http:" | "https:";
  /** Without the brackets that URLs put around an IPv6 address. */
  readonly hostname: string;
  /** `undefined` is the protocol's own port. */
  readonly port: number | undefined;
  /** The Host header: the host name, and the port where it is not the protocol's own. */
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
