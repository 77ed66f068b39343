import tls from "node:tls";
import { HttpsProxyAgent, type HttpsProxyAgentOptions } from "https-proxy-agent";

/** The proxy was not reached, or gave no answer. */
class TunnelError extends Error {
  override readonly name: string = "TunnelError";
  /** Node's code, as `ECONNREFUSED`. */
  readonly code: string;

  constructor(code: string, message: string, cause?: Error) {
    super(message, { cause });
    this.code = code;
  }
}

/** What both ends of a tunnel are held to. */
type TlsOptions = Pick<tls.ConnectionOptions, "secureContext" | "rejectUnauthorized" | "checkServerIdentity">;

/** What the library connects for, and where to. */
interface Connect {
  readonly request: Parameters<HttpsProxyAgent<string>["connect"]>[0];
  readonly options: Parameters<HttpsProxyAgent<string>["connect"]>[1];
}

/**
 * Opens tunnels to https servers through a proxy, by CONNECT, and keeps them for further requests. Loaded where there is a proxy, and not
 * before: most machines have none, and start faster so.
 */
export class TunnelAgent extends HttpsProxyAgent<string> {
  readonly #tlsOptions: TlsOptions;
  readonly #timeoutMs: number;
  readonly #opening = new Set<AbortController>();

  /** Connections to the proxy and, through it, to servers are made alike, where both are over TLS. */
  constructor(proxy: URL, options: HttpsProxyAgentOptions<string>, tlsOptions: TlsOptions, timeoutMs: number) {
    super(proxy.href, { noDelay: true, ...options, ...(proxy.protocol === "https:" ? tlsOptions : {}) });
    this.#tlsOptions = tlsOptions;
    this.#timeoutMs = timeoutMs;
  }

  /** The library waits as long as the proxy does; here it is given a time, and an end when the transport is closed. */
  override async connect(
    request: Connect["request"],
    options: Connect["options"],
  ): ReturnType<HttpsProxyAgent<string>["connect"]> {
    const opening = new AbortController();
    this.#opening.add(opening);
    const timer = setTimeout(() => opening.abort(), this.#timeoutMs);
    // The library reads them before it waits for anything, hence each tunnel has its own.
    this.connectOpts = { ...this.connectOpts, signal: opening.signal };
    const secure: TlsOptions = {
      ...this.#tlsOptions,
      // By itself Node would hold the certificate of a server without a name against the proxy's name. Given with each request, this would
      // keep connections from being used again.
      checkServerIdentity: (_name, certificate) => tls.checkServerIdentity(options.host ?? "", certificate),
    };
    try {
      return await super.connect(request, { ...options, ...secure });
    } catch (error) {
      throw opening.signal.aborted
        ? new TunnelError("ETIMEDOUT", `no connection through it within ${this.#timeoutMs / 1000} s`)
        : asTunnelError(error as NodeJS.ErrnoException);
    } finally {
      clearTimeout(timer);
      this.#opening.delete(opening);
    }
  }

  /**
   * The library would look for Node's https module on the stack, and not find it where a connection has become free: the requests that wait
   * for one would wait for ever.
   */
  override isSecureEndpoint(): boolean {
    return true;
  }

  override destroy(): void {
    for (const opening of this.#opening) opening.abort();
    super.destroy();
  }
}

function asTunnelError(error: NodeJS.ErrnoException): TunnelError {
  // The library's own errors have no code: the proxy hung up, or what it answered is not HTTP.
  const code = error.code ?? (/ended before/.test(error.message) ? "ECONNRESET" : "HPE_INVALID_CONSTANT");
  const several = error instanceof AggregateError ? error.errors.map((each: Error) => each.message).join(", ") : "";
  return new TunnelError(code, several || error.message, error);
}
