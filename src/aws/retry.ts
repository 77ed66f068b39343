import { ConnectionError } from "../http/connection-error.ts";
import { delayAfter, retry } from "../scheduling/back-off.ts";
import { ServiceError } from "./errors/errors.ts";

/** Tries in all, including the first, as many as in s5cmd. The SDK's 3 are too few for a busy prefix. */
const MAX_ATTEMPTS = 10;
/** Tries if nothing answers at all: usually the address is wrong, and each try may take a minute. */
const MAX_SILENT_ATTEMPTS = 3;
/** Tries if the name is unknown or the connection is refused: the address is usually wrong, but the server may be restarting. */
const MAX_ABSENT_ATTEMPTS = 5;
const FIRST_DELAY_MS = 100;
/** For a server that is busy or temporarily not available. */
const PATIENT_FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 20_000;

// Codes that the SDK's standard retry strategy counts as throttling or transient, and similar codes of S3, STS and Route 53.
const THROTTLING_CODES = new Set([
  "BandwidthLimitExceeded",
  "PriorRequestNotComplete",
  "RequestLimitExceeded",
  "RequestThrottled",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
]);
const TRANSIENT_CODES = new Set([
  "ConditionalRequestConflict",
  "IDPCommunicationError",
  "IncompleteBody",
  "InternalError",
  "OperationAborted",
  "RequestTimeout",
  "RequestTimeTooSkewed",
  "ServiceUnavailable",
]);
const TRANSIENT_STATUSES = new Set([408, 429, 500, 502, 503, 504]);
const TRANSIENT_CONNECTION_CODES = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "HPE_INVALID_EOF_STATE"]);
const ABSENT_CODES = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** What follows a failed attempt. */
export interface RetryDecision {
  readonly retry: boolean;
  readonly delayMs: number;
}

/**
 * Decides after attempt number `attempt` (from 1) failed with `error`: whether to try again, and when.
 * The delay doubles from attempt to attempt, is spread at random over its whole range ("full jitter"), and is
 * never shorter than what the server's Retry-After asks.
 */
export function decideRetry(error: unknown, attempt: number, random: () => number = Math.random): RetryDecision {
  if (attempt >= maxAttempts(error)) return { retry: false, delayMs: 0 };
  const firstDelayMs = isThrottling(error) || isAbsent(error) ? PATIENT_FIRST_DELAY_MS : FIRST_DELAY_MS;
  const backOffMs = random() * delayAfter(attempt, { firstDelayMs, maxDelayMs: MAX_DELAY_MS });
  const askedMs = error instanceof ServiceError ? Math.min(error.details.retryAfterMs ?? 0, MAX_DELAY_MS) : 0;
  return { retry: true, delayMs: Math.max(backOffMs, askedMs) };
}

/**
 * Calls `attempt` until it succeeds, fails for good, or has been tried often enough.
 *
 * @throws the last error; the signal's reason as soon as it is aborted.
 */
export function withRetries<T>(attempt: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return retry(attempt, delayAfterFailure, signal);
}

function delayAfterFailure(error: unknown, attempt: number): number | undefined {
  const decision = decideRetry(error, attempt);
  return decision.retry ? decision.delayMs : undefined;
}

function maxAttempts(error: unknown): number {
  if (error instanceof ConnectionError) {
    if (TRANSIENT_CONNECTION_CODES.has(error.systemCode)) return MAX_ATTEMPTS;
    if (isAbsent(error)) return MAX_ABSENT_ATTEMPTS;
    return error.systemCode === "ETIMEDOUT" ? MAX_SILENT_ATTEMPTS : 1;
  }
  if (error instanceof ServiceError) {
    const transient = TRANSIENT_STATUSES.has(error.details.status) || TRANSIENT_CODES.has(error.awsCode);
    return transient || isThrottling(error) ? MAX_ATTEMPTS : 1;
  }
  return 1;
}

/** Whether the service reports too many requests. An answer to HEAD has only the status. */
export function isThrottling(error: unknown): boolean {
  if (!(error instanceof ServiceError)) return false;
  const { status } = error.details;
  return (
    status === 429 || (status === 503 && error.awsCode === "ServiceUnavailable") || THROTTLING_CODES.has(error.awsCode)
  );
}

function isAbsent(error: unknown): boolean {
  return error instanceof ConnectionError && ABSENT_CODES.has(error.systemCode);
}
