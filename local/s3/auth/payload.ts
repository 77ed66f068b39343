import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";

/** What the signature says about the body. */
export type Payload =
  | { readonly kind: "signed"; readonly sha256: string }
  | { readonly kind: "unsigned" }
  /** aws-chunked: each chunk signed or not, with or without trailing headers. */
  | { readonly kind: "chunked"; readonly signed: boolean; readonly trailer: boolean };

const namedPayloads: ReadonlyMap<string, Payload> = new Map([
  ["UNSIGNED-PAYLOAD", { kind: "unsigned" }],
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", { kind: "chunked", signed: true, trailer: false }],
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", { kind: "chunked", signed: true, trailer: true }],
  ["STREAMING-UNSIGNED-PAYLOAD-TRAILER", { kind: "chunked", signed: false, trailer: true }],
]);

/**
 * Reads `x-amz-content-sha256`, which every request signed by header must have.
 * A body that nothing vouches for is taken over TLS only: over plain http anyone on the way could change it.
 * @throws S3Error InvalidRequest, InvalidArgument
 */
export function readPayload(request: S3Request): Payload {
  const text = request.headers.get("x-amz-content-sha256");
  if (text === undefined) {
    if (request.presigned) return { kind: "unsigned" };
    throw new S3Error("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  const payload = namedPayloads.get(text) ?? signedPayload(text);
  if (!request.presigned && !request.secure && !isSigned(payload) && hasBody(request)) {
    throw new S3Error("InvalidRequest", `${text} is not accepted over plain http: sign the payload or use https.`);
  }
  return payload;
}

function signedPayload(text: string): Payload {
  if (/^[0-9a-f]{64}$/.test(text)) return { kind: "signed", sha256: text };
  throw new S3Error(
    "InvalidArgument",
    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
    { elements: { ArgumentName: "x-amz-content-sha256", ArgumentValue: text } },
  );
}

function isSigned(payload: Payload): boolean {
  return payload.kind === "signed" || (payload.kind === "chunked" && payload.signed);
}

function hasBody({ wireHeaders }: S3Request): boolean {
  return wireHeaders.has("transfer-encoding") || Number(wireHeaders.get("content-length") ?? 0) > 0;
}
