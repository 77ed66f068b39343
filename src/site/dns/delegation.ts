import { promises as dns } from "node:dns";
import { setTimeout as sleep } from "node:timers/promises";
import { plainName } from "./hosted-zone.ts";

/**
 * Whether a domain's registry sends visitors to the name servers of its hosted zone, to others, or to none. It is not known where this
 * machine sees no public DNS.
 */
type Delegation = "delegated" | "elsewhere" | "not delegated" | "unknown";

/** Asks DNS for the name servers of a domain. */
type NameServerLookup = (name: string) => Promise<readonly string[]>;

/** With these DNS says that there is no such record. */
const MISSING_CODES = new Set(["ENOTFOUND", "ENODATA"]);

/** Where no DNS server answers, nobody waits for it. */
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
  // Behind some proxies no public name is known: then nothing can be told from one that is not.
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
