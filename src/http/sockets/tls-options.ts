import tls from "node:tls";
import type { NetworkSettings } from "../network-settings.ts";

/** The certificates that a server must have, and the client certificate. */
export type TlsOptions = Pick<tls.ConnectionOptions, "secureContext" | "rejectUnauthorized">;

/** Made once, because reading all authorities for each connection takes longer than the connection itself. */
export function tlsOptionsOf({ authorities, clientCertificate, skipsValidation }: NetworkSettings): TlsOptions {
  const context = {
    ...(authorities ? { ca: [...tls.rootCertificates, authorities] } : {}),
    ...(clientCertificate ? { cert: clientCertificate.certificate, key: clientCertificate.key } : {}),
    ...(clientCertificate?.passphrase ? { passphrase: clientCertificate.passphrase } : {}),
  };
  return {
    ...(authorities || clientCertificate ? { secureContext: tls.createSecureContext(context) } : {}),
    ...(skipsValidation ? { rejectUnauthorized: false } : {}),
  };
}
