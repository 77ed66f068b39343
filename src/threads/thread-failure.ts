import { CodedError } from "../errors/coded-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { FileChangedError } from "../files/file-range.ts";
import { ConnectionError } from "../http/connection-error.ts";
import { ProxyError, type ProxyIdentity, type ProxyStage } from "../http/proxy-error.ts";

/** An error in a thread. Errors lose their class and most fields between threads, so this describes them. */
export type ThreadFailure =
  | { readonly kind: "connection"; readonly systemCode: string; readonly hostname: string; readonly reason: string }
  | {
      readonly kind: "proxy";
      readonly systemCode: string;
      readonly hostname: string;
      readonly reason: string;
      readonly proxy: ProxyIdentity;
      readonly stage: ProxyStage;
      readonly status: number | undefined;
    }
  | { readonly kind: "fileChanged" }
  | { readonly kind: "coded"; readonly code: ErrorCode; readonly message: string }
  /** Mostly an error of the file system. */
  | { readonly kind: "other"; readonly message: string; readonly fields: Readonly<Record<string, string | number>> };

const SYSTEM_FIELDS = ["name", "code", "errno", "syscall", "path"] as const;

/** Describes an error, so that `errorOf` can make the same one in another thread. The password of a proxy is not included. */
export function failureOf(error: unknown): ThreadFailure {
  if (error instanceof ProxyError) {
    const { systemCode, hostname, ownReason: reason, stage, status } = error;
    const proxy = { host: error.proxy.host, source: error.proxy.source };
    return { kind: "proxy", systemCode, hostname, reason, proxy, stage, status };
  }
  if (error instanceof ConnectionError) {
    const { systemCode, hostname, reason } = error;
    return { kind: "connection", systemCode, hostname, reason };
  }
  if (error instanceof FileChangedError) return { kind: "fileChanged" };
  if (error instanceof CodedError) return { kind: "coded", code: error.code, message: error.message };
  if (!(error instanceof Error)) return { kind: "other", message: String(error), fields: {} };
  const fields: Record<string, string | number> = {};
  for (const name of SYSTEM_FIELDS) {
    const value: unknown = (error as NodeJS.ErrnoException)[name];
    if (typeof value === "string" || typeof value === "number") fields[name] = value;
  }
  return { kind: "other", message: error.message, fields };
}

/** Makes the error that `failureOf` described. */
export function errorOf(failure: ThreadFailure): Error {
  switch (failure.kind) {
    case "connection":
      return new ConnectionError(failure.systemCode, failure.hostname, failure.reason);
    case "proxy": {
      const { systemCode, hostname, reason, proxy, stage, status } = failure;
      return new ProxyError(systemCode, hostname, reason, {
        proxy,
        stage,
        ...(status === undefined ? {} : { status }),
      });
    }
    case "fileChanged":
      return new FileChangedError();
    case "coded":
      return new CodedError(failure.code, failure.message);
    case "other":
      return Object.assign(new Error(failure.message), failure.fields);
  }
}

/** A thread ended before it completed its work, for example because there was no memory. */
export class ThreadLostError extends Error {
  override readonly name: string = "ThreadLostError";

  constructor() {
    super("a thread ended before it completed its work");
  }
}
