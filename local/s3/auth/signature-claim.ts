import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";
import type { Scope } from "./signing.ts";

/** What a request says about its signature, before any of it is believed. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly scope: Scope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** The request's time in the string to sign: `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  readonly time: Date;
  readonly securityToken: string | undefined;
  /** How long a presigned request holds; undefined for one signed by header. */
  readonly expiresSeconds: number | undefined;
}

const algorithm = "AWS4-HMAC-SHA256";
const maxExpiresSeconds = 7 * 24 * 3600;

/**
 * Reads the claim from the query of a presigned request, or else from the Authorization header.
 * @throws S3Error AccessDenied for an anonymous request, and S3's complaints about a malformed one
 */
export function readSignatureClaim(request: S3Request): SignatureClaim {
  if (request.presigned) return readPresigned(request.query);
  if (request.query.has("AWSAccessKeyId")) throw unsupportedMechanism();
  return readHeaderClaim(request.wireHeaders, "s3");
}

/** The answer to what came before SigV4. */
function unsupportedMechanism(): S3Error {
  return new S3Error(
    "InvalidRequest",
    `The authorization mechanism you have provided is not supported. Please use ${algorithm}.`,
  );
}

/**
 * Reads the claim from the Authorization header.
 * @param service what the signature must be for
 * @throws S3Error as {@link readSignatureClaim}
 */
export function readHeaderClaim(headers: ReadonlyMap<string, string>, service: string): SignatureClaim {
  const authorization = headers.get("authorization");
  if (authorization === undefined) throw new S3Error("AccessDenied");
  if (!authorization.startsWith(`${algorithm} `)) throw unsupportedMechanism();
  const fields = new Map(
    authorization
      .slice(algorithm.length)
      .split(",")
      .map((field) => {
        const [name = "", ...value] = field.trim().split("=");
        return [name, value.join("=")];
      }),
  );
  const credential = fields.get("Credential");
  const signedHeaders = fields.get("SignedHeaders");
  const signature = fields.get("Signature");
  if (credential === undefined || signedHeaders === undefined || signature === undefined) {
    throw malformedHeader("Credential, SignedHeaders and Signature are all required.");
  }
  const timestamp = headers.get("x-amz-date");
  const time = parseTimestamp(timestamp);
  if (timestamp === undefined || time === undefined) {
    throw new S3Error("AccessDenied", "AWS authentication requires a valid x-amz-date header");
  }
  return {
    ...readCredential(credential, timestamp, service, malformedHeader),
    signedHeaders: signedHeaders.split(";"),
    signature,
    timestamp,
    time,
    securityToken: headers.get("x-amz-security-token"),
    expiresSeconds: undefined,
  };
}

function readPresigned(query: ReadonlyMap<string, string>): SignatureClaim {
  const need = (name: string): string => {
    const value = query.get(name);
    if (value !== undefined && value !== "") return value;
    throw malformedQuery(
      "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    );
  };
  if (need("X-Amz-Algorithm") !== algorithm) throw malformedQuery(`X-Amz-Algorithm only supports "${algorithm}"`);
  const timestamp = need("X-Amz-Date");
  const time = parseTimestamp(timestamp);
  if (time === undefined) throw malformedQuery(`X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`);
  const expires = need("X-Amz-Expires");
  if (!/^\d+$/.test(expires)) throw malformedQuery("X-Amz-Expires should be a number");
  if (Number(expires) > maxExpiresSeconds) {
    throw malformedQuery("X-Amz-Expires must be less than a week (in seconds) that is 604800");
  }
  return {
    ...readCredential(need("X-Amz-Credential"), timestamp, "s3", malformedQuery),
    signedHeaders: need("X-Amz-SignedHeaders").split(";"),
    signature: need("X-Amz-Signature"),
    timestamp,
    time,
    securityToken: query.get("X-Amz-Security-Token"),
    expiresSeconds: Number(expires),
  };
}

function readCredential(
  credential: string,
  timestamp: string,
  expectedService: string,
  complain: (why: string) => S3Error,
): Pick<SignatureClaim, "accessKeyId" | "scope"> {
  const match = /^(.+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(credential);
  if (match === null) {
    throw complain(`the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`);
  }
  const [, accessKeyId, date, region, service] = match as unknown as [string, string, string, string, string];
  if (service !== expectedService) {
    throw complain(`incorrect service "${service}". This endpoint belongs to "${expectedService}".`);
  }
  if (!timestamp.startsWith(date)) {
    throw complain(`Invalid credential date "${date}". This date is not the same as X-Amz-Date: "${timestamp}".`);
  }
  return { accessKeyId, scope: { date, region, service } };
}

/** The answer to an invalid Authorization header. */
export function malformedHeader(why: string, elements: Readonly<Record<string, string>> = {}): S3Error {
  return new S3Error("AuthorizationHeaderMalformed", `The authorization header is malformed; ${why}`, { elements });
}

/** The answer to invalid presigned parameters. */
export function malformedQuery(why: string, elements: Readonly<Record<string, string>> = {}): S3Error {
  return new S3Error("AuthorizationQueryParametersError", why, { elements });
}

function parseTimestamp(text: string | undefined): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? "");
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
