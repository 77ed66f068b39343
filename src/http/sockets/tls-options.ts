import tls from "node:tls";
import type { NetworkSettings } from "../network-settings.ts";

/** What a server has to show, and what is shown to it. */
export type TlsOptions = Pick<tls.ConnectionOptions, "secureContext" | "rejectUnauthorized">;

/** To be made once: to read all authorities for each connection takes longer than to connect. */
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
