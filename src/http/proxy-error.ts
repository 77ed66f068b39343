import type { ErrorCode } from "../errors/error-codes.ts";
import { connectionErrorCode, isCertificateCode } from "../errors/system-codes.ts";
import { ConnectionError } from "./connection-error.ts";
import type { ProxySource } from "./network-settings.ts";

/** A proxy between this machine and a server. */
export interface ProxyIdentity {
  /** Host and port, as the log may show them. */
  readonly host: string;
  readonly source: ProxySource;
}

/**
 * How far a request through a proxy came: the proxy was not reached; the proxy refused it; or it went beyond the proxy, and the cause is
 * the server or the way to it.
 */
export type ProxyStage = "unreached" | "refused" | "beyond";

/** No complete answer came from the server, on a route through a proxy. */
export class ProxyError extends ConnectionError {
  override readonly name: string = "ProxyError";
  readonly proxy: ProxyIdentity;
  readonly stage: ProxyStage;
  /** What went wrong, without the proxy's name. */
  readonly ownReason: string;
  /** The proxy's answer, if it refused. */
  readonly status: number | undefined;

  /** @param reason continues the sentence after the proxy's name, if the proxy failed. */
  constructor(
    systemCode: string,
    hostname: string,
    reason: string,
    { proxy, stage, status }: { proxy: ProxyIdentity; stage: ProxyStage; status?: number },
  ) {
    const part =
      stage === "beyond" ? `${reason} (through the proxy ${proxy.host})` : `the proxy ${proxy.host} ${reason}`;
    super(systemCode, hostname, part, proxyErrorCode(systemCode, stage, status));
    this.proxy = proxy;
    this.stage = stage;
    this.ownReason = reason;
    this.status = status;
  }
}

function proxyErrorCode(systemCode: string, stage: ProxyStage, status: number | undefined): ErrorCode {
  if (status === 407 || status === 401) return "proxy-password-wrong";
  if (stage === "refused") return systemCode === UNREACHABLE ? "no-connection" : "proxy-refused";
  const isBefore = stage === "unreached" && !isCertificateCode(systemCode);
  return isBefore ? "proxy-not-reached" : connectionErrorCode(systemCode);
}

/** With its own status of 500 or above, a proxy says that it cannot reach the server. This may be temporary. */
const UNREACHABLE = "EHOSTUNREACH";

/** Longer reasons are cut. */
const MAX_REASON_LENGTH = 200;

/** The proxy did not open a tunnel. */
export function proxyRefusal(proxy: ProxyIdentity, hostname: string, status: number, statusText: string): ProxyError {
  const reason = `answered ${status} ${statusText.slice(0, MAX_REASON_LENGTH)}`.trim();
  const systemCode = status >= 500 ? UNREACHABLE : "ERR_PROXY_REFUSED";
  return new ProxyError(systemCode, hostname, reason, { proxy, stage: "refused", status });
}
