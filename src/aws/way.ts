import type http from "node:http";
import { ConnectionError } from "./errors.ts";
import { ProxyError, type ProxyStage, proxyRefusal } from "./proxy-error.ts";
import type { Route } from "./routes.ts";

/** What becomes of one request on its way to the server. */
export interface Way {
  /** The proxy's refusal, where the answer is not the server's. */
  refusal(answer: http.IncomingMessage): ProxyError | undefined;
  /** What went wrong, with the proxy's part in it. */
  explain(error: NodeJS.ErrnoException): ConnectionError;
  /** The same for what took too long. */
  explainTimeout(reason: string): ConnectionError;
}

/** Watches a request that was just made. */
export function watchWay(outgoing: http.ClientRequest, route: Route, hostname: string): Way {
  return route.proxy ? watchProxied(outgoing, route, route.proxy, hostname) : direct(hostname);
}

function direct(hostname: string): Way {
  return {
    refusal: () => undefined,
    explain: (error) => new ConnectionError(error.code ?? "unknown", hostname, reasonOf(error)),
    explainTimeout: (reason) => new ConnectionError("ETIMEDOUT", hostname, reason),
  };
}

function watchProxied(
  outgoing: http.ClientRequest,
  { opening }: Route,
  proxy: NonNullable<Route["proxy"]>,
  hostname: string,
): Way {
  let stage: ProxyStage = "unreached";
  let refused: ProxyError | undefined;
  const reached = () => {
    stage = "beyond";
  };
  // The library hands over the socket either way; after a refusal its one answer is that of the proxy.
  outgoing.once("proxyConnect", ({ statusCode, statusText }: { statusCode: number; statusText: string }) => {
    if (statusCode !== 200) refused = proxyRefusal(proxy, hostname, statusCode, statusText);
  });
  outgoing.once("socket", (socket) => {
    const isOpening = socket.connecting || (socket as { secureConnecting?: boolean }).secureConnecting === true;
    if (opening === "tunnel" || !isOpening) reached();
    else socket.once(opening, reached);
  });
  const failure = (code: string, why: string) =>
    refused ?? new ProxyError(code, hostname, stage === "beyond" ? why : `was not reached: ${why}`, { proxy, stage });
  return {
    refusal(answer) {
      const { statusCode = 0, statusMessage = "" } = answer;
      if (opening !== "tunnel" && asksForPassword(answer)) {
        refused ??= proxyRefusal(proxy, hostname, statusCode, statusMessage);
      }
      return refused;
    },
    explain: (error) => failure(error.code ?? "unknown", reasonOf(error)),
    explainTimeout: (reason) => failure("ETIMEDOUT", reason),
  };
}

/**
 * Whether an answer that came through no tunnel is the proxy's own, since S3 asks for no password. tinyproxy, for one, says 401 where it
 * got a wrong one.
 */
function asksForPassword({ statusCode, headers }: http.IncomingMessage): boolean {
  return statusCode === 407 || (statusCode === 401 && /^basic\b/i.test(headers["www-authenticate"] ?? ""));
}

/** Node's reason, for people. */
function reasonOf(error: Error): string {
  // OpenSSL's messages are lines of C; the fourth field of "error:code:library:function:reason:file" is the phrase for people.
  const tlsReason = /\berror:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/.exec(error.message)?.[1];
  // Where a host has several addresses, the error is a list, and its own message empty.
  const message =
    error instanceof AggregateError ? error.errors.map((each: Error) => each.message).join(", ") : error.message;
  // The advice says what to do about certificates; Node's own hint is for those who start it themselves.
  return tlsReason ?? message.replace(/; if the root CA is installed locally.*$/, "");
}
