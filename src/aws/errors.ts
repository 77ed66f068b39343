import type { WireResponse } from "./transport.ts";
import { parseXml } from "./xml.ts";

/** No whole answer came from the server: name not found, refused, reset, timed out, certificate not trusted. */
export class ConnectionError extends Error {
  /** Node's code, as `ECONNREFUSED` or `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  readonly code: string;
  readonly hostname: string;

  constructor(code: string, hostname: string, reason: string) {
    super(`no answer from ${hostname}: ${reason}`);
    this.code = code;
    this.hostname = hostname;
  }
}

/** What the server said when it refused. All of it comes from outside. */
export interface ServiceErrorDetails {
  readonly status: number;
  /** The service's code, as `NoSuchBucket`; `HTTP 502` where the answer names none. */
  readonly code: string;
  readonly serverMessage: string;
  readonly requestId?: string | undefined;
  /** The region that the server names as the right one. */
  readonly region?: string | undefined;
  /** How long the server asks to wait. */
  readonly retryAfterMs?: number | undefined;
  /** The server's clock, in milliseconds since 1970. */
  readonly serverTimeMs?: number | undefined;
}

/** The service answered, and refused. */
export class ServiceError extends Error {
  readonly details: ServiceErrorDetails;

  constructor(details: ServiceErrorDetails) {
    const requestId = details.requestId ? `, request id ${details.requestId}` : "";
    super(`${details.serverMessage} (${details.status} ${details.code}${requestId})`);
    this.details = details;
  }

  get code(): string {
    return this.details.code;
  }
}

/** Codes for answers without a body, as those to HEAD. */
const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  301: "PermanentRedirect",
  307: "TemporaryRedirect",
  403: "AccessDenied",
  404: "NotFound",
  412: "PreconditionFailed",
  503: "ServiceUnavailable",
};

/** Reads a refusal: S3's XML, or whatever a proxy or load balancer in front of it answered. */
export async function readServiceError(response: WireResponse): Promise<ServiceError> {
  const { headers } = response;
  // An error that comes late stands behind a status of 200; S3 means 500 by it.
  const status = response.status === 200 ? 500 : response.status;
  const parsed = await parseErrorBody(response.body);
  const code = parsed?.Code ?? (response.body.length === 0 ? CODE_OF_STATUS[status] : undefined) ?? `HTTP ${status}`;
  return new ServiceError({
    status,
    code,
    serverMessage: parsed?.Message?.replace(/[.\s]+$/, "") || "the server gave no reason",
    requestId: headerText(headers["x-amz-request-id"]) ?? parsed?.RequestId,
    region: headerText(headers["x-amz-bucket-region"]) ?? parsed?.Region,
    retryAfterMs: secondsToMs(headers["retry-after"]),
    serverTimeMs: headers.date ? Date.parse(headers.date) || undefined : undefined,
  });
}

interface ErrorElement {
  readonly Code?: string;
  readonly Message?: string;
  readonly RequestId?: string;
  readonly Region?: string;
}

async function parseErrorBody(body: Buffer): Promise<ErrorElement | undefined> {
  if (!body.includes("<Error")) return undefined;
  try {
    return (await parseXml(body)).Error as ErrorElement;
  } catch {
    return undefined;
  }
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function secondsToMs(retryAfter: string | undefined): number | undefined {
  const seconds = Number(retryAfter);
  return retryAfter && Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
