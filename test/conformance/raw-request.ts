import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import http from "node:http";
import { Readable } from "node:stream";
import { SignatureV4 } from "@smithy/signature-v4";
import { XMLParser } from "fast-xml-parser";

/** A server that still waits for a body then will not refuse the request early. */
const timeoutMs = 10_000;

/** Where a raw request goes, and whose it is. */
export interface RawTarget {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A request that is sent as it is, right or wrong. */
export interface RawRequest {
  readonly method: string;
  /** Percent-encoded, as it goes over the wire. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Added before signing. `x-amz-content-sha256` is the body's hash unless given; null leaves a header out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** The bytes, or what makes them of the signed headers. */
  readonly body?: Uint8Array | string | ((signedHeaders: Readonly<Record<string, string>>) => Uint8Array | Readable);
  readonly sessionToken?: string;
  readonly signingRegion?: string;
  readonly signingDate?: Date;
  /** Changes the headers after signing. */
  readonly tamper?: (headers: Record<string, string>) => void;
}

/** What came back. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** The elements of an error document. */
  readonly error: Readonly<Record<string, string>>;
}

/** Signs a request by header, with the SDK's signer, and sends it over plain node:http. */
export async function sendRaw(target: RawTarget, request: RawRequest): Promise<RawAnswer> {
  const { method, path, query = {} } = request;
  const { hostname, port, host } = new URL(target.url);
  const given = Object.entries({
    ...(typeof request.body !== "function" && { "x-amz-content-sha256": sha256Hex(request.body ?? "") }),
    ...request.headers,
  }).filter((entry): entry is [string, string] => entry[1] !== null);
  const signed = await signer(target, request).sign(
    { method, protocol: "http:", hostname, path, query: { ...query }, headers: { host, ...Object.fromEntries(given) } },
    { signingDate: request.signingDate ?? new Date() },
  );
  const headers = { ...signed.headers };
  const body = typeof request.body === "function" ? request.body(headers) : (request.body ?? "");
  if (!(body instanceof Readable) && body.length > 0) headers["content-length"] ??= String(Buffer.byteLength(body));
  request.tamper?.(headers);
  return send({ method, host: hostname, port, path: path + queryText(query), headers }, body);
}

/** A request whose signature is in its query. */
export interface PresignedRequest extends Omit<RawRequest, "tamper" | "headers" | "body"> {
  /** From the signing date on. */
  readonly expiresSeconds: number;
  /** Added after signing. */
  readonly laterHeaders?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Signs a request in its query, and sends it. */
export async function sendPresigned(target: RawTarget, request: PresignedRequest): Promise<RawAnswer> {
  const { method, body = "" } = request;
  const { hostname, port, host } = new URL(target.url);
  const length = body.length > 0 ? { "content-length": String(Buffer.byteLength(body)) } : {};
  const headers = { host, ...length, ...request.laterHeaders };
  return send({ method, host: hostname, port, path: await presignedTarget(target, request), headers }, body);
}

/** The path and query of a request that is signed in its query. */
export async function presignedTarget(target: RawTarget, request: PresignedRequest): Promise<string> {
  const { method, path, query = {}, expiresSeconds, signingDate = new Date() } = request;
  const { hostname, host } = new URL(target.url);
  const headers = { host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
  const presigned = await signer(target, request).presign(
    { method, protocol: "http:", hostname, path, query: { ...query }, headers },
    { signingDate, expiresIn: expiresSeconds },
  );
  return path + queryText(presigned.query as Record<string, string>);
}

function signer(
  target: RawTarget,
  { signingRegion, sessionToken }: Pick<RawRequest, "signingRegion" | "sessionToken">,
) {
  return new SignatureV4({
    service: "s3",
    region: signingRegion ?? target.region,
    credentials: {
      accessKeyId: target.accessKeyId,
      secretAccessKey: target.secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
    },
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
}

/** Sends any request as it is. */
export function send(options: http.RequestOptions, body: Uint8Array | string | Readable = ""): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ ...options, agent: false, timeout: timeoutMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, error: readError(text) });
      });
    });
    request.on("timeout", () => request.destroy(new Error("no answer in time")));
    request.on("error", reject);
    if (body instanceof Readable) body.pipe(request);
    else request.end(body);
  });
}

function readError(text: string): Record<string, string> {
  if (!text.includes("<Error>")) return {};
  return new XMLParser({ parseTagValue: false }).parse(text).Error;
}

function queryText(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256Hex(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

/** SHA-256, or HMAC when there is a secret, as the signer wants it. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", asBytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(asBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error("a hash is used once");
  }
}

function asBytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}
