import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import * as tl from "azure-pipelines-task-lib/task.js";
import type { NetworkSettings } from "../http/network-settings.ts";
import { log } from "./log.ts";
import { takeNetworkSecrets } from "./network-secrets.ts";
import { NetworkSettingsError } from "./proxy.ts";
import { maskSecret } from "./secret-input.ts";

/**
 * Reads the certificates that the agent was configured with: the authorities that it trusts, and its client certificate. If the agent
 * skips certificate checks, one warning says so. A missing file is skipped with a warning: in a container job the agent names files of its
 * host, but does not mount them.
 *
 * @throws {NetworkSettingsError} if a file cannot be read or is not a certificate, or if the passphrase is wrong.
 */
export function readCertificates(): Pick<NetworkSettings, "authorities" | "clientCertificate" | "skipsValidation"> {
  const authorities = readAuthorities();
  const clientCertificate = readClientCertificate();
  const skipsValidation = (tl.getVariable("Agent.SkipCertValidation") ?? "").trim().toLowerCase() === "true";
  if (skipsValidation) {
    log.warning(
      "certificates-not-checked",
      "The agent was configured not to check certificates (./config.sh --sslskipcertvalidation): others on the network can read and change what is sent. Configure the agent with the certificate of your authority instead (--sslcacert).",
    );
  }
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === "0") {
    log.warning(
      "certificates-not-checked",
      "NODE_TLS_REJECT_UNAUTHORIZED is 0 in the environment of the step, so no certificates are checked: others on the network can read and change what is sent. Remove the variable. If a certificate is not trusted, set NODE_EXTRA_CA_CERTS to the file of its authority, or configure the agent with --sslcacert.",
    );
  }
  return {
    ...(authorities ? { authorities } : {}),
    ...(clientCertificate ? { clientCertificate } : {}),
    skipsValidation,
  };
}

/** Masks the password of the client certificate, whether or not the certificate is used. */
export function maskCertificatePassword(): void {
  maskSecret(certificatePassword());
}

/** If the task was not started by its index.js, the task library has already removed it from the environment. */
function certificatePassword(): string {
  return takeNetworkSecrets().certificatePassword ?? tl.getVariable("Agent.ClientCertPassword") ?? "";
}

const PEM_CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END [^-]+-----/g;

function readAuthorities(): string | undefined {
  const path = tl.getVariable("Agent.CAInfo");
  if (!path) return undefined;
  const setting = "The agent's CA file (./config.sh --sslcacert)";
  if (isMissing(path, setting)) return undefined;
  const authorities = readCertificateFile(path, setting);
  // Node drops its own authorities if it is given others, so they are added here.
  const own = process.env.NODE_EXTRA_CA_CERTS;
  return own ? `${authorities}\n${readIfThere(own)}` : authorities;
}

/** The agent has key and certificate in separate files, and both in one archive for Windows programs. */
function readClientCertificate(): NetworkSettings["clientCertificate"] {
  const passphrase = certificatePassword();
  const certificatePath = tl.getVariable("Agent.ClientCert");
  if (!certificatePath) return undefined;
  const certificateSetting = "The agent's client certificate (./config.sh --sslclientcert)";
  const setting = "The key of the agent's client certificate (./config.sh --sslclientcertkey)";
  const keyPath = tl.getVariable("Agent.ClientCertKey");
  if (isMissing(certificatePath, certificateSetting)) return undefined;
  const certificate = readCertificateFile(certificatePath, certificateSetting);
  if (!keyPath)
    throw new NetworkSettingsError(
      "certificate-settings-invalid",
      `${setting} is missing. Configure the agent with both.`,
    );
  if (isMissing(keyPath, setting)) return undefined;
  const key = readText(keyPath, setting);
  const opened = openKey(key, passphrase, `${setting}, ${keyPath},`);
  if (!new X509Certificate(certificate).checkPrivateKey(opened)) {
    throw new NetworkSettingsError(
      "certificate-settings-invalid",
      `${setting}, ${keyPath}, does not belong to the certificate ${certificatePath}.`,
    );
  }
  return { certificate, key, ...(passphrase ? { passphrase } : {}) };
}

/** Whether a file is missing. If so, it logs a warning. */
function isMissing(path: string, setting: string): boolean {
  if (existsSync(path)) return false;
  log.warning(
    "agent-certificate-not-found",
    `${setting} was not found: ${path}. The step continues without it. If this is a container job: the agent mounts only its own folders. Mount the file too, with "volumes: [${path}:${path}:ro]" of the container, or run the step on the agent's machine, with "target: host". Otherwise correct the path in the agent's configuration.`,
  );
  return true;
}

function openKey(key: string, passphrase: string, what: string): KeyObject {
  try {
    return createPrivateKey({ key, ...(passphrase ? { passphrase } : {}) });
  } catch (error) {
    const isLocked = /-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(key);
    const advice = passphrase ? "cannot be opened with the agent's" : "is encrypted, and the agent has no";
    throw new NetworkSettingsError(
      "certificate-settings-invalid",
      isLocked
        ? `${what} ${advice} passphrase (./config.sh --sslclientcertpassword). Configure the agent with the right one.`
        : `${what} is not a private key in PEM: ${(error as Error).message}.`,
    );
  }
}

/** PEM certificates. The first one is parsed here, because OpenSSL silently skips what it cannot read. */
function readCertificateFile(path: string, setting: string): string {
  const text = readText(path, setting);
  const certificates = text.match(PEM_CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw new NetworkSettingsError(
      "certificate-settings-invalid",
      `${setting}, ${path}, has no certificate in PEM format (-----BEGIN CERTIFICATE-----).`,
    );
  }
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      const { message } = error as Error;
      throw new NetworkSettingsError(
        "certificate-settings-invalid",
        `${setting}, ${path}, has a certificate that cannot be read: ${message}.`,
      );
    }
  }
  return text;
}

function readText(path: string, setting: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new NetworkSettingsError(
      "certificate-settings-invalid",
      `${setting} cannot be read: ${(error as Error).message}. Check that the agent's user may read it.`,
    );
  }
}

/** If Node cannot read its own file, it has already warned. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
