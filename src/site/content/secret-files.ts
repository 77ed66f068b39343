import { closeSync, openSync, readSync } from "node:fs";

/** `secret`: nobody publishes it on purpose. `suspect`: few do. */
export type Secrecy = "secret" | "suspect" | "none";

/** Files that hold passwords, keys or tokens, by the names that the tools which write them give. */
const SECRET_NAMES = [
  /^\.env/i,
  /^\.npmrc$|^\.yarnrc\.yml$|^\.pypirc$|^\.netrc$|^_netrc$|^\.pgpass$|^\.my\.cnf$|^\.s3cfg$|^\.boto$|^\.dockercfg$|^\.dockerconfigjson$/i,
  /^\.htpasswd$|^\.git-credentials$|^\.vault-token$|^\.terraformrc$|^terraform\.rc$/i,
  /^id_(?:rsa|dsa|ecdsa|ed25519)/i,
  /\.(?:pfx|p12|jks|keystore|ppk|kdbx)$/i,
];
/** Folders in which every file is of that kind. */
const SECRET_FOLDERS = /^\.(?:aws|ssh|azure|gnupg|kube)$/i;

/** Database dumps, certificates, and files that tools leave in a project. */
const SUSPECT_NAMES = [/\.(?:sql|dump|sqlite3?|bak|tfstate)(?:\.(?:gz|bz2|xz|zst|zip))?$/i, /\.pem$/i];
const SUSPECT_FOLDERS = /^\.(?:svn|hg|bzr)$|^CVS$/i;

/** How much of a file is read: enough for the first line of a private key and text before it. */
const HEAD_BYTES = 128;
/** PEM files of OpenSSL (PKCS #1 and #8), OpenSSH and PGP (RFC 7468, section 10; RFC 4880, section 6.2). */
const PRIVATE_KEY = /^\ufeff?\s*-----BEGIN [A-Z0-9 ]*PRIVATE KEY/;

/**
 * Judges a file by its path.
 *
 * @param isAllowed whether a pattern names a file or folder on purpose.
 */
export function secrecyOf(path: string, isAllowed: (name: string) => boolean): Secrecy {
  const names = path.split("/");
  if (names.some(isAllowed)) return "none";
  const file = names.at(-1) ?? "";
  const folders = names.slice(0, -1);
  if (SECRET_NAMES.some((pattern) => pattern.test(file)) || folders.some((name) => SECRET_FOLDERS.test(name)))
    return "secret";
  if (SUSPECT_NAMES.some((pattern) => pattern.test(file)) || folders.some((name) => SUSPECT_FOLDERS.test(name)))
    return "suspect";
  return "none";
}

/**
 * Whether a file starts as a private key does.
 *
 * @throws Node's error if it cannot be read.
 */
export function startsWithPrivateKey(absolutePath: string): boolean {
  const file = openSync(absolutePath, "r");
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return PRIVATE_KEY.test(head.toString("utf8", 0, readSync(file, head)));
  } finally {
    closeSync(file);
  }
}
