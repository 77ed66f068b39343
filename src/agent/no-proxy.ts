import { BlockList, isIP } from "node:net";
import { portOf, serverAddress } from "../http/server-address.ts";

/** Which servers are reached without a proxy. */
export type Exceptions = (url: URL) => boolean;

/**
 * Reads the list of NO_PROXY, separated by commas or spaces. `*` matches everything; `example.com` that host and its subdomains;
 * `.example.com` and `*.example.com` only the subdomains; an IP address, or a range such as `10.0.0.0/8`, matches IP addresses. `:8080`
 * after a host limits the match to that port. The zone of an IPv6 address, which no URL has, is ignored. An invalid entry matches nothing, as in other tools.
 *
 * There is no standard. Source: the package golang.org/x/net/http/httpproxy, whose rules most current tools follow.
 */
export function parseNoProxy(list: string): Exceptions {
  const entries = list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "");
  if (entries.includes("*")) return () => true;
  const exceptions = entries.map(parseEntry);
  return (url) => exceptions.some((matches) => matches(url));
}

function parseEntry(entry: string): Exceptions {
  const range = /^([^/]+)\/(\d{1,3})$/.exec(entry);
  if (range) return rangeOf(range[1] as string, Number(range[2]));
  const [, bracketed, name = "", port] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  const host = (isIP(entry) ? entry : (bracketed ?? name)).replace(/%.*/, "");
  const onPort = (url: URL) => port === undefined || port === `${portOf(serverAddress(url))}`;
  if (isIP(host)) {
    const address = canonical(host);
    return (url) => hostOf(url) === address && onPort(url);
  }
  const suffix = host.replace(/^\*?\./, ".");
  if (suffix.startsWith(".")) return (url) => hostOf(url).endsWith(suffix) && onPort(url);
  return (url) => (hostOf(url) === host || hostOf(url).endsWith(`.${host}`)) && onPort(url);
}

function rangeOf(address: string, prefixLength: number): Exceptions {
  const family = isIP(address);
  if (family === 0 || prefixLength > (family === 4 ? 32 : 128)) return () => false;
  const block = new BlockList();
  block.addSubnet(address, prefixLength, family === 4 ? "ipv4" : "ipv6");
  return (url) => {
    const host = hostOf(url);
    return isIP(host) === family && block.check(host, family === 4 ? "ipv4" : "ipv6");
  };
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

/** The form in which URLs write an IP address. */
function canonical(address: string): string {
  return isIP(address) === 6 ? hostOf(new URL(`http://[${address}]`)) : address;
}
