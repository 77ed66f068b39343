import { ConnectionError } from "./connection-error.ts";
import type { HttpRequest, HttpResponse } from "./messages.ts";
import type { NetworkSettings } from "./network-settings.ts";
import { ProxyError, type ProxyIdentity, proxyRefusal } from "./proxy-error.ts";
import { type Origin, type ServerAddress, serverAddress, urlOf } from "./server-address.ts";

/** A proxy, and its credentials. */
export interface Proxy extends ProxyIdentity {
  readonly address: ServerAddress;
  /** The `Proxy-Authorization` header, if there is a user. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * How a server is reached:
 * - `direct`: by a connection to it;
 * - `forward`: by a connection to a proxy, which reads requests with the whole URL and sends requests of its own (for http);
 * - `tunnel`: by a tunnel through a proxy, which sees where it leads and nothing of what is in it (for https).
 */
export type Route = { readonly kind: "direct"; readonly server: Origin } | ProxyRoute;

export interface ProxyRoute {
  readonly kind: "forward" | "tunnel";
  readonly server: Origin;
  readonly proxy: Proxy;
}

/** The route to a server, by the network settings. */
export function routeTo({ protocol, hostname, port }: Origin, network: NetworkSettings): Route {
  const server = { protocol, hostname, port };
  const url = network.proxyFor(urlOf(server));
  if (!url) return { kind: "direct", server };
  const proxy = { host: url.host, source: network.proxySource ?? "agent", ...proxyAccess(url) } as const;
  return { kind: protocol === "https:" ? "tunnel" : "forward", server, proxy };
}

function proxyAccess(url: URL): Pick<Proxy, "address" | "headers"> {
  const credentials = [url.username, url.password].map(decodeURIComponent).join(":");
  const authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
  return { address: serverAddress(url), headers: credentials === ":" ? {} : { "proxy-authorization": authorization } };
}

/** The prefix of each request's target, and the extra headers of requests. Source: RFC 9112, section 3.2.2. */
export function forwardForm(route: Route): { readonly targetPrefix: string; readonly headers: Proxy["headers"] } {
  if (route.kind !== "forward") return { targetPrefix: "", headers: {} };
  return { targetPrefix: urlOf(route.server).origin, headers: route.proxy.headers };
}

/** Errors after the server, or the proxy that forwards to it, was reached. */
export function failureBeyond(route: Route, code: string, reason: string): ConnectionError {
  const { hostname } = route.server;
  if (route.kind === "direct") return new ConnectionError(code, hostname, reason);
  return new ProxyError(code, hostname, reason, { proxy: route.proxy, stage: "beyond" });
}

/**
 * The proxy's refusal, if an answer is the proxy's own: S3 asks for no password. tinyproxy, for one, answers 401 to a wrong one. What comes
 * through a tunnel is the server's.
 */
export function refusalIn({ status, statusText = "", headers }: HttpResponse, route: Route): ProxyError | undefined {
  if (route.kind !== "forward") return undefined;
  const asksForPassword = status === 407 || (status === 401 && /^basic\b/i.test(headers["www-authenticate"] ?? ""));
  return asksForPassword ? proxyRefusal(route.proxy, route.server.hostname, status, statusText) : undefined;
}

/** A request in the form for the server, or for the proxy that forwards it. */
export function requestOn(route: Route, request: HttpRequest): HttpRequest {
  if (route.kind !== "forward") return request;
  const { targetPrefix, headers } = forwardForm(route);
  return { ...request, target: targetPrefix + request.target, headers: { ...request.headers, ...headers } };
}
