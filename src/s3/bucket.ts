import { AdaptiveLimiter } from "../aws/adaptive-limiter.ts";
import type { CredentialSource, Credentials } from "../aws/credentials/credentials.ts";
import type { Store } from "../aws/endpoint.ts";
import { NOT_S3, readServiceError, ServiceError } from "../aws/errors/errors.ts";
import { isExpiredSession, withCredentials } from "../aws/errors/expired-session.ts";
import { withRetries } from "../aws/retry.ts";
import { EMPTY_SHA256, encodeKey, encodeUriPart, UNSIGNED_PAYLOAD } from "../aws/signer.ts";
import type { Body, HttpResponse, Receiver } from "../http/messages.ts";
import type { Carrier, Transport } from "../http/transport.ts";
import type { TransferThreads } from "../threads/transfer-threads.ts";
import { type Place, placeBucket } from "./bucket-region.ts";
import { ChecksumSupport } from "./store/checksum-support.ts";
import type { GivenUp } from "./store/given-up.ts";

/** One S3 operation on a bucket or an object of it. */
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Empty for an operation on the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** Hex SHA-256 of the body; required if `signsPayload` is true, otherwise not sent. */
  readonly bodySha256?: string | undefined;
  /** Receives the body of the answer. If absent, the body is collected. */
  readonly receive?: Receiver;
  /** Sends each attempt, for example from another thread. Default: the bucket's transport. */
  readonly carrier?: Carrier | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A bucket that requests can be sent to. */
export interface Bucket {
  readonly name: string;
  /** The server that requests go to, until it names another region. */
  readonly origin: URL;
  /** Whether the store is Amazon S3, which supports everything in its documentation. */
  readonly isAmazon: boolean;
  /** What is known about the checksums that the store accepts. */
  readonly checksums: ChecksumSupport;
  /** Threads for the parts and ranges of large objects. If absent, this thread transfers them. */
  readonly threads?: TransferThreads | undefined;
  /** Reports once that the step continues without a feature that the store does not have. */
  giveUp(what: GivenUp): void;
  hasGivenUp(what: GivenUp): boolean;
  /** Whether a body's SHA-256 must be signed: over plain http, because nothing else protects the body. */
  readonly signsPayload: boolean;
  /**
   * Signs and sends a request, with fresh credentials and with retries if the failure may be temporary. If S3 answers that there are too
   * many requests, fewer run at once from then on.
   *
   * @param request a function is called for each attempt, so that an attempt can continue where the one before it broke off.
   * @param signal ends the waits between attempts; by default that of a request that is no function.
   * @throws {ServiceError} if S3 refuses; {ConnectionError} if it does not answer; what the receiver throws; the signal's reason.
   */
  send(request: S3Request | (() => S3Request), signal?: AbortSignal): Promise<HttpResponse>;
}

export interface BucketOptions {
  readonly name: string;
  readonly store: Store;
  readonly credentials: CredentialSource;
  readonly transport: Transport;
  /** See `Bucket.threads`. */
  readonly threads?: TransferThreads | undefined;
  readonly userAgent: string;
  /** Sent with every request, by lower-case names: who must own the bucket, who pays. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Called once with the bucket's region if it is not the store's. Later requests go there. */
  readonly onRegionFound?: (region: string) => void;
  /** Called once for each feature that the store does not accept, so that the step continues without it. */
  readonly onGivenUp?: (what: GivenUp) => void;
}

/**
 * Prepares a bucket for requests. Nothing is sent yet. The endpoint is resolved here, and again if the bucket is in another region.
 *
 * @throws {EndpointError} if this bucket cannot be addressed in this store.
 */
export function openBucket(options: BucketOptions): Bucket {
  const place = placeBucket(options.store, options.name, (region) => options.onRegionFound?.(region));
  const { protocol, host } = place.current.endpoint;
  const signsPayload = protocol === "http:";
  const limiter = new AdaptiveLimiter();
  let clockOffsetMs = 0;
  /** When a session was last found not to have ended. */
  const aliveAtMs = new WeakMap<Credentials, number>();
  const givenUp = new Set<GivenUp>();

  function giveUp(what: GivenUp): void {
    if (!givenUp.has(what)) options.onGivenUp?.(what);
    givenUp.add(what);
  }

  async function sendTo(asked: Place, request: S3Request, credentials: Credentials): Promise<HttpResponse> {
    const { endpoint, sign } = asked;
    const { method, body, carrier = options.transport, signal } = request;
    const path = `${endpoint.basePath}/${encodeKey(request.key)}`;
    const query = encodeQuery(request.query ?? {});
    const headers: Record<string, string> = {
      host: endpoint.host,
      "user-agent": options.userAgent,
      ...options.headers,
      ...request.headers,
    };
    if (body || method === "PUT" || method === "POST") headers["content-length"] = String(body?.sizeBytes ?? 0);
    const payloadHash = !body ? EMPTY_SHA256 : signsPayload ? requireSha256(request) : UNSIGNED_PAYLOAD;
    const time = new Date(Date.now() + clockOffsetMs);

    const response = await carrier.exchange({
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      port: endpoint.port,
      method,
      target: query ? `${path}?${query}` : path,
      headers: sign({ method, path, query, headers, payloadHash }, credentials, time),
      body,
      receive: request.receive,
      signal,
    });
    const isSuccess = response.status >= 200 && response.status < 300;
    if (isSuccess && isPage(response)) throw new ServiceError({ ...PAGE, status: response.status });
    if (isSuccess && !isLateError(response)) return response;

    const refusal = await readServiceError(response, options.headers?.["x-amz-expected-bucket-owner"]);
    const error = isSkewed(refusal, method, time) ? asSkewed(refusal) : refusal;
    // This machine's clock is wrong: use the server's from now on.
    if (error.awsCode === TOO_SKEWED && error.details.serverTimeMs) {
      clockOffsetMs = error.details.serverTimeMs - Date.now();
    }
    if (mayBeExpired(refusal, request, credentials)) await throwIfExpired(asked, request, credentials);
    throw error;
  }

  /** Asks for the first byte of an object, because the refusal of a GET has a code. */
  async function throwIfExpired(
    asked: Place,
    { key, query = {}, headers, signal }: S3Request,
    credentials: Credentials,
  ): Promise<void> {
    if (Date.now() - (aliveAtMs.get(credentials) ?? 0) < ALIVE_MS) return;
    const receive = () => {
      throw new Error("it is not refused, and its bytes are not wanted");
    };
    const request: S3Request = {
      method: "GET",
      key,
      query,
      headers: { ...headers, range: "bytes=0-0" },
      receive,
      signal,
    };
    const error: unknown = await sendTo(asked, request, credentials).catch((reason) => reason);
    signal?.throwIfAborted();
    if (isExpiredSession(error)) throw error;
    aliveAtMs.set(credentials, Date.now());
  }

  async function sendSigned(next: () => S3Request, credentials: Credentials): Promise<HttpResponse> {
    const asked = place.current;
    try {
      return await sendTo(asked, next(), credentials);
    } catch (error) {
      if (!place.hasMoved(asked, error)) throw error;
      return await sendTo(place.current, next(), credentials);
    }
  }

  /** @param next gives the request, and gives it again if its credentials or its region were wrong. */
  const sendOnce = (next: () => S3Request) =>
    limiter.run(() => withCredentials(options.credentials, (credentials) => sendSigned(next, credentials)));

  return {
    name: options.name,
    origin: new URL(`${protocol}//${host}`),
    isAmazon: options.store.endpoint === undefined,
    checksums: new ChecksumSupport(giveUp),
    threads: options.threads,
    giveUp,
    hasGivenUp: (what) => givenUp.has(what),
    signsPayload,
    send: (request, signal) =>
      typeof request === "function"
        ? withRetries(() => sendOnce(request), signal)
        : withRetries(() => sendOnce(() => request), signal ?? request.signal),
  };
}

/**
 * Whether an answer with status 200 contains an error: some operations answer before their outcome is known.
 *
 * Source: CompleteMultipartUpload in the Amazon S3 API Reference.
 */
function isLateError(response: HttpResponse): boolean {
  return (
    response.body.length > 0 &&
    response.body.includes("<Error") &&
    /^\s*(<\?xml[^>]*>\s*)?<Error[\s>]/.test(response.body.toString("utf8"))
  );
}

const TOO_SKEWED = "RequestTimeTooSkewed";
/** S3 refuses a request whose time differs by more than this from its own. */
const MAX_SKEW_MS = 15 * 60_000;

/** A refused HEAD has no body with the code: then the times show that S3 refused it because of the clock. */
function isSkewed({ details }: ServiceError, method: S3Request["method"], time: Date): boolean {
  const { status, serverTimeMs } = details;
  return (
    method === "HEAD" &&
    status === 403 &&
    serverTimeMs !== undefined &&
    Math.abs(serverTimeMs - time.getTime()) > MAX_SKEW_MS
  );
}

/** For so long a session that has not ended is not asked about again: HEADs may be refused for other reasons, one by one. */
const ALIVE_MS = 60_000;

/** S3 answers 400 to a session that has ended, and to a HEAD without a body that says so. */
function mayBeExpired({ details }: ServiceError, { method, key }: S3Request, { sessionToken }: Credentials): boolean {
  return method === "HEAD" && details.status === 400 && key !== "" && sessionToken !== undefined;
}

function asSkewed({ details }: ServiceError): ServiceError {
  return new ServiceError({ ...details, awsCode: TOO_SKEWED });
}

const PAGE = { awsCode: NOT_S3, serverMessage: "the answer is a page" };

/** S3 never answers with an HTML page, except if the object itself is one; its bytes go to a receiver. */
function isPage({ headers, body }: HttpResponse): boolean {
  return body.length > 0 && (headers["content-type"] ?? "").startsWith("text/html");
}

function requireSha256(request: S3Request): string {
  if (!request.bodySha256) throw new Error("a body over plain http needs its SHA-256");
  return request.bodySha256;
}

function encodeQuery(query: Readonly<Record<string, string>>): string {
  return Object.keys(query)
    .sort()
    .map((name) => `${encodeUriPart(name)}=${encodeUriPart(query[name] as string)}`)
    .join("&");
}
