import type { NetworkSettings } from "../http/network-settings.ts";
import { maskCertificatePassword, readCertificates } from "./certificates.ts";
import { maskProxyPasswords, readProxies } from "./proxy.ts";

let known: NetworkSettings | undefined;

/** Masks all passwords of the network's settings. To be called before anything is logged. */
export function maskNetworkPasswords(): void {
  maskProxyPasswords();
  maskCertificatePassword();
}

/**
 * Reads how connections leave this machine: the agent's proxy and certificates, and where it has no proxy, those of HTTPS_PROXY,
 * HTTP_PROXY and NO_PROXY. They are read once, so that what is to be warned of is told once.
 *
 * @throws {NetworkSettingsError} where a setting is of no use.
 */
export function readNetwork(): NetworkSettings {
  if (known === undefined) {
    maskNetworkPasswords();
    known = { ...readProxies(), ...readCertificates() };
  }
  return known;
}
