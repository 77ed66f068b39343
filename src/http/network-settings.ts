/** How connections leave this machine. */
export interface NetworkSettings {
  /** The proxy for a URL, its user and password percent-encoded in it; undefined for a direct connection. */
  proxyFor(url: URL): URL | undefined;
  /** Who set the proxies, for the advice if one fails. Default: the agent. */
  readonly proxySource?: ProxySource;
  /** Certificates of authorities that are trusted beside Node's own, in PEM. */
  readonly authorities?: string;
  /** The client certificate of this machine. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string; readonly passphrase?: string };
  /** True if the agent is configured to skip certificate checks. */
  readonly skipsValidation: boolean;
}

/** `environment` means HTTPS_PROXY and similar variables. */
export type ProxySource = "agent" | "environment";

/** No proxy, and the certificates that Node trusts. */
export const DIRECT_NETWORK: NetworkSettings = { proxyFor: () => undefined, skipsValidation: false };
