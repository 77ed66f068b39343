import { hash } from "node:crypto";
import type { HttpResponse } from "../../http/messages.ts";
import type { Transport } from "../../http/transport.ts";
import { readServiceError, ServiceError } from "../errors/errors.ts";
import { withRetries } from "../retry.ts";
import { createSigner, encodeUriPart } from "../signer.ts";
import { parseXml, type XmlElement } from "../xml.ts";
import type { Credentials } from "./credentials.ts";
import { resolveStsEndpoint } from "./sts-endpoint.ts";

/** The code for a successful answer that cannot be from STS. */
export const NOT_STS = "NotSTS";

const API_VERSION = "2011-06-15";
/** Smaller clock differences are ignored: an answer's date has whole seconds, and the answer took some time. */
const CLOCK_TOLERANCE_MS = 10_000;

/** Which role to assume, and the session's name. */
export interface WebIdentityRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly token: string;
  /** Default: STS's own, 3,600. */
  readonly durationSeconds?: number | undefined;
  /** A policy, in JSON, that limits the role's rights. */
  readonly sessionPolicy?: string | undefined;
}

/** Which role to assume, the session's name, and what the trust policy may require. */
export interface RoleRequest extends Omit<WebIdentityRequest, "token"> {
  readonly externalId?: string | undefined;
  readonly sessionTags?: ReadonlyMap<string, string> | undefined;
}

/** A role that was assumed. */
export interface RoleSession {
  readonly credentials: Credentials;
  /** `arn:aws:sts::123456789012:assumed-role/name/session`; empty if a store does not return it. */
  readonly arn: string;
}

/** Who signed a request. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
}

/**
 * AWS Security Token Service. All methods throw {ServiceError} if STS refuses and {ConnectionError} if it does not answer, both after
 * retries if the failure may be temporary.
 */
export interface Sts {
  /** The host that requests go to, for messages. */
  readonly host: string;
  assumeRole(request: RoleRequest, credentials: Credentials): Promise<RoleSession>;
  /** Not signed: the token identifies the caller. */
  assumeRoleWithWebIdentity(request: WebIdentityRequest): Promise<RoleSession>;
  getCallerIdentity(credentials: Credentials): Promise<CallerIdentity>;
}

export interface StsOptions {
  /** Default: that of the region. */
  readonly endpoint?: URL | undefined;
  readonly region: string;
  readonly transport: Transport;
  readonly userAgent: string;
  /** Ends requests and the wait for the next attempt. */
  readonly signal?: AbortSignal | undefined;
}

type Parameters = Readonly<Record<string, string | undefined>>;

/**
 * Prepares requests to STS; nothing is sent yet.
 *
 * Source: AWS STS API Reference, version 2011-06-15.
 *
 * @throws {EndpointError} if the region is not valid.
 */
export function createSts(options: StsOptions): Sts {
  const sender = new FormSender(options);

  async function call(action: string, parameters: Parameters, credentials?: Credentials): Promise<XmlElement> {
    const form = encodeForm({ Action: action, Version: API_VERSION, ...parameters });
    const response = await withRetries(() => sender.send(form, credentials), options.signal);
    const document = await parseXml(response.body).catch((): XmlElement => ({}));
    const result = child(child(document, `${action}Response`), `${action}Result`);
    if (!result) throw strangeAnswer(response);
    return result;
  }

  async function session(action: string, parameters: Parameters, credentials?: Credentials): Promise<RoleSession> {
    return readSession(await call(action, parameters, credentials), sender.clockOffsetMs);
  }

  return {
    host: sender.host,
    assumeRole: (request, credentials) =>
      session(
        "AssumeRole",
        { ...commonParameters(request), ExternalId: request.externalId, ...tagParameters(request.sessionTags) },
        credentials,
      ),
    assumeRoleWithWebIdentity: (request) =>
      session("AssumeRoleWithWebIdentity", { ...commonParameters(request), WebIdentityToken: request.token }),
    async getCallerIdentity(credentials) {
      const { Account, Arn } = await call("GetCallerIdentity", {}, credentials);
      return { account: textOf(Account), arn: textOf(Arn) };
    },
  };
}

/** Sends forms to STS, with the time of the server's clock. They are signed if there are credentials. */
class FormSender {
  readonly #options: StsOptions;
  readonly #address: ReturnType<typeof resolveStsEndpoint>;
  readonly #sign: ReturnType<typeof createSigner>;
  #clockOffsetMs = 0;

  constructor(options: StsOptions) {
    this.#options = options;
    this.#address = resolveStsEndpoint(options.region, options.endpoint);
    this.#sign = createSigner(options.region, "sts");
  }

  get host(): string {
    return this.#address.host;
  }

  /** How far the server's clock is ahead of this machine's. */
  get clockOffsetMs(): number {
    return this.#clockOffsetMs;
  }

  /** Sends a form, and sends it again if it was refused because this machine's clock is wrong. */
  async send(form: Buffer, credentials: Credentials | undefined): Promise<HttpResponse> {
    const offsetMs = this.#clockOffsetMs;
    try {
      return await this.#sendOnce(form, credentials);
    } catch (error) {
      if (!isClockSkew(error) || this.#clockOffsetMs === offsetMs) throw error;
      return await this.#sendOnce(form, credentials);
    }
  }

  async #sendOnce(form: Buffer, credentials: Credentials | undefined): Promise<HttpResponse> {
    const { transport, userAgent, signal } = this.#options;
    const address = this.#address;
    const unsigned = {
      host: address.host,
      "user-agent": userAgent,
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "content-length": String(form.length),
    };
    const signable = { method: "POST", path: address.path, query: "", headers: unsigned };
    const time = new Date(Date.now() + this.#clockOffsetMs);
    const response = await transport.exchange({
      protocol: address.protocol,
      hostname: address.hostname,
      port: address.port,
      method: "POST",
      target: address.path,
      headers: credentials
        ? this.#sign({ ...signable, payloadHash: hash("sha256", form, "hex") }, credentials, time)
        : unsigned,
      body: { sizeBytes: form.length, chunks: () => [form] },
      signal,
    });
    this.#clockOffsetMs = clockOffsetOf(response.headers.date, this.#clockOffsetMs);
    if (response.status === 200) return response;
    throw await readServiceError(response);
  }
}

/** @throws {ServiceError} if a part of the credentials is missing. */
function readSession(result: XmlElement, clockOffsetMs: number): RoleSession {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = child(result, "Credentials") ?? {};
  const isWhole = isText(AccessKeyId) && isText(SecretAccessKey) && isText(SessionToken);
  if (!isWhole) throw strangeAnswer({ status: 200, headers: {} });
  const expiresAtMs = isText(Expiration) ? Date.parse(Expiration) - clockOffsetMs : Number.NaN;
  return {
    credentials: {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      ...(Number.isNaN(expiresAtMs) ? {} : { expiresAtMs }),
    },
    arn: textOf(child(result, "AssumedRoleUser")?.Arn),
  };
}

/** Whether a request was refused because this machine's clock is wrong. STS has no code for that; other stores use S3's. */
export function isClockSkew(error: unknown): boolean {
  if (!(error instanceof ServiceError)) return false;
  if (error.awsCode === "RequestTimeTooSkewed") return true;
  return /^Signature (expired|not yet current)/.test(error.details.serverMessage);
}

function commonParameters(request: Omit<WebIdentityRequest, "token">): Parameters {
  return {
    RoleArn: request.roleArn,
    RoleSessionName: request.sessionName,
    DurationSeconds: request.durationSeconds?.toString(),
    Policy: request.sessionPolicy,
  };
}

function tagParameters(tags: ReadonlyMap<string, string> = new Map()): Parameters {
  return Object.fromEntries(
    Array.from(tags).flatMap(([key, value], index) => [
      [`Tags.member.${index + 1}.Key`, key],
      [`Tags.member.${index + 1}.Value`, value],
    ]),
  );
}

function encodeForm(parameters: Parameters): Buffer {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return Buffer.from(pairs.map(([name, value]) => `${name}=${encodeUriPart(value as string)}`).join("&"));
}

function clockOffsetOf(date: string | undefined, known: number): number {
  const serverTimeMs = Date.parse(date ?? "");
  if (Number.isNaN(serverTimeMs)) return known;
  const offsetMs = serverTimeMs - Date.now();
  return Math.abs(offsetMs) > CLOCK_TOLERANCE_MS ? offsetMs : 0;
}

function strangeAnswer({ status, headers }: Pick<HttpResponse, "status" | "headers">): ServiceError {
  const type = headers["content-type"] ?? "";
  return new ServiceError({
    status,
    awsCode: NOT_STS,
    serverMessage: `the answer is not from STS${type && `, but ${type}`}`,
  });
}

function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  const found = element?.[name];
  return typeof found === "object" && !Array.isArray(found) ? (found as XmlElement) : undefined;
}

function isText(value: XmlElement[string] | undefined): value is string {
  return typeof value === "string" && value !== "";
}

function textOf(value: XmlElement[string] | undefined): string {
  return typeof value === "string" ? value : "";
}
