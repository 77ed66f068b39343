import { promises as dns } from "node:dns";
import { setTimeout as sleep } from "node:timers/promises";
import { plainName } from "./hosted-zone.ts";

/**
 * Whether a domain's registry delegates to the name servers of its hosted zone, to others, or to none. It is unknown if this machine
 * cannot use public DNS.
 */
type Delegation = "delegated" | "elsewhere" | "not delegated" | "unknown";

/** Asks DNS for the name servers of a domain. */
type NameServerLookup = (name: string) => Promise<readonly string[]>;

/** DNS codes for a missing record. */
const MISSING_CODES = new Set(["ENOTFOUND", "ENODATA"]);

/** The time limit if no DNS server answers. */
const TIMEOUT_MS = 5_000;

/**
 * Asks DNS whether a domain is delegated to its hosted zone.
 *
 * @param nameServers those of the hosted zone.
 */
export async function findDelegation(
  zoneName: string,
  nameServers: readonly string[],
  lookUp: NameServerLookup = lookUpNameServers,
): Promise<Delegation> {
  const wanted = new Set(nameServers.map(plainName));
  try {
    const found = await lookUp(zoneName);
    return found.some((name) => wanted.has(plainName(name))) ? "delegated" : "elsewhere";
  } catch (error) {
    if (!isMissing(error)) return "unknown";
  }
  // Behind some proxies no public name can be resolved. Then a missing name proves nothing.
  const topLevel = zoneName.slice(zoneName.lastIndexOf(".") + 1);
  return lookUp(topLevel).then(
    () => "not delegated",
    () => "unknown",
  );
}

async function lookUpNameServers(name: string): Promise<readonly string[]> {
  const ended = new AbortController();
  const timeout = sleep(TIMEOUT_MS, undefined, { signal: ended.signal }).then(() => {
    throw new Error("no DNS server answers");
  });
  try {
    return await Promise.race([dns.resolveNs(name), timeout]);
  } finally {
    ended.abort();
    timeout.catch(() => undefined);
  }
}

function isMissing(error: unknown): boolean {
  return MISSING_CODES.has((error as NodeJS.ErrnoException).code ?? "");
}
