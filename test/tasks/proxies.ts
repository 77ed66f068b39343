import { type ForwardProxy, startForwardProxy } from "../stand-ins/proxy/forward-proxy.ts";

/** A user whose password is hard on URLs. */
const proxyUser = { name: "corp\\me", password: "p@ss:/%41#?" };

/** A proxy, open to all and with a password, that steps are sent through. */
export interface TestProxy {
  readonly openUrl: string;
  readonly lockedUrl: string;
  readonly user: { readonly name: string; readonly password: string };
  /** How many requests and tunnels passed through both, where that can be told. */
  passed(): { readonly tunnels: number; readonly forwarded: number } | undefined;
  stop(): Promise<void>;
}

/** The one of this repository, which is there on every machine. */
export async function localProxy(): Promise<TestProxy> {
  const proxies: ForwardProxy[] = [await startForwardProxy(), await startForwardProxy({ user: proxyUser })];
  const [open, locked] = proxies as [ForwardProxy, ForwardProxy];
  const count = (of: (proxy: ForwardProxy) => readonly string[]) =>
    proxies.reduce((sum, proxy) => sum + of(proxy).length, 0);
  return {
    openUrl: open.url,
    lockedUrl: locked.url,
    user: proxyUser,
    passed: () => ({ tunnels: count(({ tunnels }) => tunnels), forwarded: count(({ forwarded }) => forwarded) }),
    stop: async () => void (await Promise.all(proxies.map((proxy) => proxy.close()))),
  };
}

/**
 * A proxy of other people's making: `S3_TEST_PROXY` is its URL, `S3_TEST_PROXY_LOCKED` that of one that wants the user and password
 * which stand in it, percent-encoded.
 *
 * @returns undefined if the environment names none.
 */
export function realProxy(): TestProxy | undefined {
  const { S3_TEST_PROXY: openUrl, S3_TEST_PROXY_LOCKED: locked } = process.env;
  if (!openUrl || !locked) return undefined;
  const url = new URL(locked);
  return {
    openUrl,
    lockedUrl: url.origin,
    user: { name: decodeURIComponent(url.username), password: decodeURIComponent(url.password) },
    passed: () => undefined,
    stop: async () => undefined,
  };
}
