import type http from "node:http";
import { type ConnectionError, reasonOf } from "./connection-error.ts";
import { ProxyError, type ProxyStage, proxyRefusal } from "./proxy-error.ts";
import type { Route } from "./routes.ts";

/** What becomes of one request on its way through a proxy. */
export interface Way {
  /** The proxy's refusal, where the answer is not the server's. */
  refusal(answer: http.IncomingMessage): ProxyError | undefined;
  /** What went wrong, with the proxy's part in it. */
  explain(error: NodeJS.ErrnoException): ConnectionError;
  /** The same for what took too long. */
  explainTimeout(reason: string): ConnectionError;
}

/** Watches a request that was just made. */
export function watchWay(outgoing: http.ClientRequest, { opening, proxy }: Route, hostname: string): Way {
  if (!proxy) throw new Error("a route without a proxy has none to watch");
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
