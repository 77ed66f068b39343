import { CodedError } from "../errors/coded-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { connectionErrorCode } from "../errors/system-codes.ts";

/** No whole answer came from the server: name not found, refused, reset, timed out, certificate not trusted. */
export class ConnectionError extends CodedError {
  override readonly name: string = "ConnectionError";
  /** Node's code, for example `ECONNREFUSED` or `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  readonly systemCode: string;
  readonly hostname: string;
  /** What went wrong, without the server's name. */
  readonly reason: string;

  constructor(systemCode: string, hostname: string, reason: string, code: ErrorCode = connectionErrorCode(systemCode)) {
    // The SDK's clients decide by Node's code whether to try again, and look for it in the cause.
    super(code, `no answer from ${hostname}: ${reason}`, {
      cause: Object.assign(new Error(reason), { code: systemCode }),
    });
    this.systemCode = systemCode;
    this.hostname = hostname;
    this.reason = reason;
  }
}

/** Node's reason for a failed connection, for people. */
export function reasonOf(error: Error): string {
  // OpenSSL's messages are lines of C; the fourth field of "error:code:library:function:reason:file" is the phrase for people.
  const tlsReason = /\berror:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/.exec(error.message)?.[1];
  // If a host has several addresses, the error is a list, and its own message is empty.
  const message =
    error instanceof AggregateError ? error.errors.map((each: Error) => each.message).join(", ") : error.message;
  // Our advice says what to do about certificates; Node's own hint is for people who start Node themselves.
  return tlsReason ?? message.replace(/; if the root CA is installed locally.*$/, "");
}
