import type { NetworkSettings } from "../http/network-settings.ts";
import { maskCertificatePassword, readCertificates } from "./certificates.ts";
import { maskProxyPasswords, readProxies } from "./proxy.ts";

let known: NetworkSettings | undefined;

/** Masks all passwords in the network settings. Call it before anything is logged. */
export function maskNetworkPasswords(): void {
  maskProxyPasswords();
  maskCertificatePassword();
}

/**
 * Reads the network settings: the agent's proxy and certificates, or, if it has no proxy, HTTPS_PROXY, HTTP_PROXY and NO_PROXY. They are
 * read once, so that each warning appears once.
 *
 * @throws {NetworkSettingsError} if a setting is invalid.
 */
export function readNetwork(): NetworkSettings {
  if (known === undefined) {
    maskNetworkPasswords();
    known = { ...readProxies(), ...readCertificates() };
  }
  return known;
}
