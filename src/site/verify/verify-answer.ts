import { createHash } from "node:crypto";
import type { Transform } from "node:stream";
import { finished } from "node:stream/promises";
import zlib from "node:zlib";
import { CodedError } from "../../errors/coded-error.ts";
import type { BodyReceiver } from "../../http/body-receiver.ts";
import type { ResponseHead } from "../../http/messages.ts";
import { serverAddress } from "../../http/server-address.ts";
import type { Transport } from "../../http/transport.ts";

/** What a visitor gets at a URL. */
export interface SiteAnswer {
  readonly status: number;
  readonly headers: ResponseHead["headers"];
  /** Hex digest of the body, its content encoding undone. */
  readonly sha256: string;
  /** S3's error code, for example AccessDenied. */
  readonly errorCode?: string;
}

/** The body does not match its Content-Encoding. */
export class BodyEncodingError extends CodedError {
  override readonly name: string = "BodyEncodingError";
}

export interface Visitor {
  readonly transport: Transport;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

/**
 * Fetches a URL like a browser, but does not follow redirects. Only one chunk of the body is in memory at once.
 *
 * @param url percent-encoded. Its path is sent unchanged.
 * @throws {ConnectionError} if no whole answer comes; {BodyEncodingError}; the signal's reason.
 */
export async function fetchAnswer(url: string, { transport, userAgent, signal }: Visitor): Promise<SiteAnswer> {
  const server = serverAddress(new URL(url));
  let digest: BodyDigest | undefined;
  const { status, headers, body } = await transport.exchange({
    ...server,
    method: "GET",
    target: url.slice(new URL(url).origin.length),
    headers: { host: server.host, "user-agent": userAgent, accept: "*/*", "accept-encoding": "br, gzip" },
    receive: (head) => {
      digest = digestBody(head.headers["content-encoding"]);
      return inChunks(digest.take);
    },
    signal,
  });
  if (!digest) {
    digest = digestBody(headers["content-encoding"]);
    await digest.take(body);
  }
  const errorCode = status < 400 ? undefined : errorCodeOf(headers, body);
  return { status, headers, sha256: await digest.end(), ...(errorCode ? { errorCode } : {}) };
}

const CHUNK_BYTES = 64 * 1024;

/** @param take is done with a chunk when it returns, or its promise resolves. */
function inChunks(take: BodyDigest["take"]): BodyReceiver {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  return { reserve: () => chunk, commit: (sizeBytes) => take(chunk.subarray(0, sizeBytes)) };
}

interface BodyDigest {
  take(chunk: Buffer): void | Promise<void>;
  /** Hex. */
  end(): Promise<string>;
}

function digestBody(contentEncoding: string | undefined): BodyDigest {
  const sha256 = createHash("sha256");
  const decoder = openDecoder(contentEncoding?.trim().toLowerCase());
  if (!decoder) return { take: (chunk) => void sha256.update(chunk), end: async () => sha256.digest("hex") };
  const fail = (error: Error) => {
    throw new BodyEncodingError(
      "page-encoding-wrong",
      `the body is not ${contentEncoding}, although Content-Encoding says so: ${error.message}`,
    );
  };
  decoder.on("data", (chunk: Buffer) => sha256.update(chunk));
  const decoded = finished(decoder).catch(fail);
  decoded.catch(() => undefined);
  return {
    take: (chunk) =>
      new Promise<void>((resolve, reject) => {
        // If the bytes cannot be decoded, the decoder emits an error, and never calls the callback of `write`.
        decoder.once("error", reject);
        decoder.write(chunk, (error) => {
          decoder.off("error", reject);
          if (error) reject(error);
          else resolve();
        });
      }).catch(fail),
    async end() {
      decoder.end();
      await decoded;
      return sha256.digest("hex");
    },
  };
}

/** @returns undefined for a body that is as it is. */
function openDecoder(contentEncoding = "identity"): Transform | undefined {
  if (contentEncoding === "br") return zlib.createBrotliDecompress();
  if (contentEncoding === "gzip" || contentEncoding === "x-gzip") return zlib.createGunzip();
  if (contentEncoding === "identity" || contentEncoding === "") return undefined;
  throw new BodyEncodingError(
    "page-encoding-wrong",
    `the body is encoded as ${contentEncoding}, which was not requested`,
  );
}

/** From a header of website endpoints, from their error pages, or from the XML of S3. */
function errorCodeOf(headers: ResponseHead["headers"], body: Buffer): string | undefined {
  const code = headers["x-amz-error-code"];
  if (typeof code === "string") return code;
  const [, ofPage, ofXml] = /<li>Code: (\w+)|<Code>(\w+)</.exec(body.toString("latin1", 0, 2048)) ?? [];
  return ofPage ?? ofXml;
}
