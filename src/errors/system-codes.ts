import type { ErrorCode } from "./error-codes.ts";

const FILE_CODES: Readonly<Record<string, ErrorCode>> = {
  EACCES: "file-access-denied",
  EBUSY: "file-access-denied",
  EDQUOT: "disk-full",
  EEXIST: "path-taken",
  EIO: "disk-failed",
  EISDIR: "path-taken",
  EMFILE: "too-many-open-files",
  ENAMETOOLONG: "file-name-not-supported",
  ENFILE: "too-many-open-files",
  ENOENT: "file-not-found",
  ENOSPC: "disk-full",
  ENOTDIR: "path-taken",
  ENOTEMPTY: "path-taken",
  EPERM: "file-access-denied",
  EROFS: "file-access-denied",
};

/** @returns undefined if it is not a known failure of the file system. */
export function fileErrorCode(error: unknown): ErrorCode | undefined {
  return error instanceof Error ? FILE_CODES[(error as NodeJS.ErrnoException).code ?? ""] : undefined;
}

/** @param systemCode Node's or OpenSSL's code of a connection that failed, for example `ECONNREFUSED`. */
export function connectionErrorCode(systemCode: string): ErrorCode {
  if (systemCode === "ENOTFOUND" || systemCode === "EAI_AGAIN") return "name-not-found";
  if (systemCode === "ETIMEDOUT") return "connection-timed-out";
  if (/^(ECONNRESET|ECONNABORTED|EPIPE|HPE_INVALID_EOF_STATE)$/.test(systemCode)) return "connection-lost";
  if (/ALERT.*CERT|CERT.*REQUIRED/.test(systemCode)) return "client-certificate-refused";
  if (systemCode === "CERT_HAS_EXPIRED" || systemCode === "CERT_NOT_YET_VALID") return "certificate-expired";
  if (/ALTNAME/.test(systemCode)) return "certificate-name-wrong";
  if (/CERT|SELF_SIGNED|ISSUER|LEAF_SIGNATURE/.test(systemCode)) return "certificate-not-trusted";
  return /^(ERR_SSL|EPROTO|HPE)/.test(systemCode) ? "protocol-wrong" : "no-connection";
}

/** Whether a connection failed because of a certificate, or before one could be shown. */
export function isCertificateCode(systemCode: string): boolean {
  return /CERT|SELF_SIGNED|ISSUER|LEAF_SIGNATURE|ALTNAME|^ERR_SSL|^EPROTO/.test(systemCode);
}
