import type { NetworkSettings } from "../http/network-settings.ts";
import { readCertificates } from "./certificates.ts";
import { readProxies } from "./proxy.ts";

let known: NetworkSettings | undefined;

/**
 * Reads how connections leave this machine: the agent's proxy and certificates, and where it has no proxy, those of HTTPS_PROXY,
 * HTTP_PROXY and NO_PROXY. They are read once, so that what is to be warned of is told once.
 *
 * @throws {NetworkSettingsError} where a setting is of no use.
 */
export function readNetwork(): NetworkSettings {
  known ??= { ...readProxies(), ...readCertificates() };
  return known;
}
