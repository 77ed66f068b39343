import type { HttpRequest } from "./messages.ts";

/** A server, by what a request tells of it. */
export type Origin = Pick<HttpRequest, "protocol" | "hostname" | "port">;

export function urlOf({ protocol, hostname, port }: Origin): URL {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return new URL(`${protocol}//${host}${port === undefined ? "" : `:${port}`}`);
}
