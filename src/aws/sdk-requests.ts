import { Readable } from "node:stream";
import type { Body } from "../http/messages.ts";
import type { Transport } from "../http/transport.ts";

/** A request as the SDK's clients pass it to a request handler. */
export interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The options of a request. */
export interface SdkRequestOptions {
  readonly abortSignal?: AbortSignal;
}

/**
 * Keeps clients of the SDK that are made from now on from warning of versions of Node.js that it will not support one day: which one runs
 * here is up to the agent.
 */
export function ignoreNodeSupport(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
}

/**
 * Sends the requests of the SDK's clients over our transport, so that they use the agent's proxy and certificates too. Requests to the
 * metadata services of machines and containers are different: they are local, and the SDK sends them directly.
 */
export function requestHandler(transport: Transport) {
  return {
    async handle(request: SdkRequest, { abortSignal }: SdkRequestOptions = {}) {
      const query = new URLSearchParams();
      for (const [name, values] of Object.entries(request.query ?? {})) {
        for (const value of [values ?? ""].flat()) query.append(name, value);
      }
      const {
        status,
        headers,
        body: answer,
      } = await transport.exchange({
        protocol: request.protocol === "http:" ? "http:" : "https:",
        hostname: request.hostname,
        port: request.port,
        method: request.method,
        target: query.size === 0 ? request.path : `${request.path}?${query}`,
        headers: request.headers,
        body: bodyOf(request.body),
        signal: abortSignal,
      });
      return { response: { statusCode: status, headers: { ...headers }, body: Readable.from([answer]) } };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

/**
 * The body of a request of the SDK, without a copy.
 *
 * @throws Error if its type is unknown, because it would be sent as an empty body.
 */
export function bodyOf(body: unknown): Body {
  const bytes = bytesOf(body);
  return { sizeBytes: bytes.length, chunks: () => [bytes] };
}

function bytesOf(body: unknown): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw new Error("the body of a request of the SDK is neither text nor bytes");
}
