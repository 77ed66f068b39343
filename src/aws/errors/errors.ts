import { awsErrorCode } from "../../errors/aws-codes.ts";
import { asReason, shorten } from "../../errors/bounded-text.ts";
import { CodedError } from "../../errors/coded-error.ts";
import type { HttpResponse } from "../../http/messages.ts";
import { parseXml, type XmlElement } from "../xml.ts";
import { meaningOf } from "./refusal-meaning.ts";

/** What the server said when it refused. All of it comes from outside. */
export interface ServiceErrorDetails {
  readonly status: number;
  /** The service's code, for example `NoSuchBucket`; or one of the task's own, for example `NotS3`. */
  readonly awsCode: string;
  readonly serverMessage: string;
  readonly requestId?: string | undefined;
  /** The region that the server names as the right one. */
  readonly region?: string | undefined;
  /** The account that the request took for the bucket's owner. */
  readonly expectedBucketOwner?: string | undefined;
  /** How long the server asks to wait. */
  readonly retryAfterMs?: number | undefined;
  /** The server's clock, in milliseconds since 1970. */
  readonly serverTimeMs?: number | undefined;
}

/** The service refused the request. Its texts are cut to a length that fits into a message. */
export class ServiceError extends CodedError {
  override readonly name: string = "ServiceError";
  readonly details: ServiceErrorDetails;
  /** The code that S3 would use for it. */
  readonly meaning: string;

  constructor(said: ServiceErrorDetails) {
    const details = bounded(said);
    const meaning = meaningOf(details.awsCode, details.serverMessage);
    const requestId = details.requestId ? `, request id ${details.requestId}` : "";
    const code = [NOT_S3, UNRECOGNIZED].includes(details.awsCode) ? "" : ` ${details.awsCode}`;
    super(awsErrorCode(meaning, details.status), `${details.serverMessage} (${details.status}${code}${requestId})`);
    this.details = details;
    this.meaning = meaning;
  }

  get awsCode(): string {
    return this.details.awsCode;
  }
}

/**
 * The step has no identity: there are no credentials, or a role or a token was refused. The message is complete sentences that say what
 * to do.
 */
export class IdentityError extends CodedError {
  override readonly name: string = "IdentityError";
}

/** The store does not support what an input asks for. The message is complete sentences with the input's name. */
export class UnsupportedInputError extends CodedError {
  override readonly name: string = "UnsupportedInputError";
}

/** The code for an answer to a request to S3 that cannot be from S3. */
export const NOT_S3 = "NotS3";

/** The code for an answer of another service, for example Azure DevOps, that has no code, or cannot be from that service. */
export const UNRECOGNIZED = "Unrecognized";

/** Codes, regions and request ids are much shorter. */
const MAX_NAME_LENGTH = 200;
/** S3's error documents have less than 2 KB. A larger one is not parsed. */
const MAX_ERROR_BYTES = 256 * 1024;

function bounded(said: ServiceErrorDetails): ServiceErrorDetails {
  return {
    ...said,
    awsCode: shorten(said.awsCode, MAX_NAME_LENGTH),
    serverMessage: asReason(said.serverMessage),
    requestId: said.requestId && shorten(said.requestId, MAX_NAME_LENGTH),
    region: said.region && shorten(said.region, MAX_NAME_LENGTH),
  };
}

/** What a store answers that does not know a request. */
export const NOT_SUPPORTED_CODES: ReadonlySet<string> = new Set(["MethodNotAllowed", "NotImplemented"]);

/** Codes for answers without a body, for example to HEAD. */
const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  301: "PermanentRedirect",
  307: "TemporaryRedirect",
  400: "BadRequest",
  403: "AccessDenied",
  404: "NotFound",
  405: "MethodNotAllowed",
  412: "PreconditionFailed",
  500: "InternalError",
  501: "NotImplemented",
  503: "ServiceUnavailable",
};

/** Reads a refusal: the XML of S3 or STS, or whatever a proxy or load balancer in front of it answered. */
export async function readServiceError(response: HttpResponse, expectedBucketOwner?: string): Promise<ServiceError> {
  const { headers } = response;
  // A late error has the status 200; for S3 it means 500.
  const status = response.status === 200 ? 500 : response.status;
  const parsed = await parseErrorBody(response.body);
  const awsCode =
    parsed?.Code ?? (response.body.length === 0 && !headers.location ? CODE_OF_STATUS[status] : undefined) ?? NOT_S3;
  return new ServiceError({
    status,
    awsCode,
    serverMessage: describeReason(parsed, response),
    requestId: headers["x-amz-request-id"] ?? headers["x-amzn-requestid"] ?? parsed?.RequestId,
    region: headers["x-amz-bucket-region"] ?? parsed?.Region,
    expectedBucketOwner,
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

/** @returns the texts of the error document; undefined if the body is none, or far larger than any. */
async function parseErrorBody(body: Buffer): Promise<ErrorElement | undefined> {
  if (body.length > MAX_ERROR_BYTES || !body.includes("<Error")) return undefined;
  const root = await parseXml(body).catch(() => ({}) as XmlElement);
  // AWS services other than S3 wrap the error in an envelope, next to the request id.
  const envelope = typeof root.ErrorResponse === "object" ? (root.ErrorResponse as XmlElement) : root;
  const element = envelope.Error;
  if (typeof element !== "object") return undefined;
  const texts = Object.entries({ ...envelope, ...element }).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(texts);
}

function describeReason(parsed: ErrorElement | undefined, { headers, body }: HttpResponse): string {
  const said = asReason(parsed?.Message ?? "");
  if (said) return said;
  if (headers.location) return `the server redirects to ${headers.location}`;
  return body.length > MAX_ERROR_BYTES
    ? "the answer is larger than an error document of S3"
    : "the server gave no reason";
}

/** Reads a `Retry-After` header; undefined if it has no number of seconds. */
export function secondsToMs(retryAfter: string | undefined): number | undefined {
  const seconds = Number(retryAfter);
  return retryAfter && Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
