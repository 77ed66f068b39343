import type { WireRequest } from "./transport.ts";

/** A server, by what a request tells of it. */
export type Origin = Pick<WireRequest, "protocol" | "hostname" | "port">;

export function urlOf({ protocol, hostname, port }: Origin): URL {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return new URL(`${protocol}//${host}${port === undefined ? "" : `:${port}`}`);
}
