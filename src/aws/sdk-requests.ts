import { Readable } from "node:stream";
import type { Body } from "../http/messages.ts";
import type { Transport } from "../http/transport.ts";

/** A request as the clients of the SDK hand it to what sends it. */
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

/** What goes with a request, and is no part of it. */
export interface SdkRequestOptions {
  readonly abortSignal?: AbortSignal;
}

/**
 * Sends the requests of the SDK's clients over our transport, so that the agent's proxy and certificates hold for them too. The metadata
 * services of machines and containers are not among them: these are next door, and the SDK asks them directly.
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
 * @throws Error if it is of an unknown kind, which would be sent as nothing.
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
