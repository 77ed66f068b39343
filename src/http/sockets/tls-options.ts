import tls from "node:tls";
import type { NetworkSettings } from "../network-settings.ts";

/** The certificates that a server must have, and the client certificate. */
export type TlsOptions = Pick<tls.ConnectionOptions, "secureContext" | "rejectUnauthorized">;

type Certificates = { readonly [Name in "authorities" | "clientCertificate"]: NetworkSettings[Name] | undefined };

/** By the certificates in them. They are made once, because reading all authorities takes longer than a connection. */
const contexts = new Map<string, tls.SecureContext>();

export function tlsOptionsOf({ authorities, clientCertificate, skipsValidation }: NetworkSettings): TlsOptions {
  return {
    ...(authorities || clientCertificate ? { secureContext: contextOf({ authorities, clientCertificate }) } : {}),
    ...(skipsValidation ? { rejectUnauthorized: false } : {}),
  };
}

function contextOf(certificates: Certificates): tls.SecureContext {
  const name = JSON.stringify(certificates);
  const context = contexts.get(name) ?? tls.createSecureContext(contextOptionsOf(certificates));
  contexts.set(name, context);
  return context;
}

function contextOptionsOf({ authorities, clientCertificate }: Certificates): tls.SecureContextOptions {
  return {
    ...(authorities ? { ca: [...tls.rootCertificates, authorities] } : {}),
    ...(clientCertificate ? { cert: clientCertificate.certificate, key: clientCertificate.key } : {}),
    ...(clientCertificate?.passphrase ? { passphrase: clientCertificate.passphrase } : {}),
  };
}
