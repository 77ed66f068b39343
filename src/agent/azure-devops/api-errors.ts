import type { IncomingHttpHeaders } from "node:http";
import { ServiceError, secondsToMs, UNRECOGNIZED } from "../../aws/errors/errors.ts";
import { ConnectionError } from "../../http/connection-error.ts";
import { ProxyError } from "../../http/proxy-error.ts";

/** What the library adds to its errors. */
type ClientError = Error & {
  readonly statusCode?: number;
  readonly code?: string;
  readonly responseHeaders?: IncomingHttpHeaders;
};

/** Translates errors of the Azure DevOps clients into those that the retry rules know. */
export function asKnownError(error: unknown, hostname: string): unknown {
  if (error instanceof ProxyError && error.status !== undefined) return refusal(error.status, error.message);
  if (!(error instanceof Error) || error instanceof ConnectionError) return error;
  const { statusCode, code, message, responseHeaders } = error as ClientError;
  if (statusCode !== undefined) return refusal(statusCode, message, secondsToMs(responseHeaders?.["retry-after"]));
  if (/^Failed to find api location/.test(message)) return refusal(404, "it has no such API");
  if (/^Request timeout/.test(message)) return new ConnectionError("ETIMEDOUT", hostname, "it did not answer in time");
  // An answer that the client could not parse has no code.
  return code === undefined ? refusal(undefined, message) : new ConnectionError(code, hostname, message);
}

/** Azure DevOps refused, or what answered is not its API. */
export function refusal(status: number | undefined, message: string, retryAfterMs?: number): ServiceError {
  // An HTML page came back instead of an API answer.
  const said = /^\s*</.test(message) ? "it answered with a page" : message;
  return new ServiceError({
    status: status ?? 200,
    awsCode: UNRECOGNIZED,
    serverMessage: said,
    retryAfterMs,
  });
}
