import type { S3Request } from "../http/request.ts";

/** What of a request is under its signature, beside the body. */
export type SignedPart = Pick<S3Request, "method" | "path" | "queryPairs" | "wireHeaders">;

/**
 * The canonical request of SigV4, in S3's variant: the path is not normalised and encoded once.
 * Each character of the result is one byte (header values are what the client sent, byte by byte).
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 * @param payloadHash the last line: a SHA-256 in hex, or one of the constants that stand for none
 */
export function canonicalRequest(request: SignedPart, signedHeaders: readonly string[], payloadHash: string): string {
  return [
    request.method,
    encodePath(request.path),
    canonicalQuery(request.queryPairs),
    ...signedHeaders.map((name) => `${name}:${canonicalValue(request.wireHeaders.get(name) ?? "")}`),
    "",
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

/** Percent-encodes every byte of UTF-8 but `A-Z a-z 0-9 - . _ ~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function encodePath(path: string): string {
  return path.split("/").map(encode).join("/");
}

function canonicalQuery(pairs: S3Request["queryPairs"]): string {
  return pairs
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort((a, b) => compareText(a[0], b[0]) || compareText(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function canonicalValue(value: string): string {
  // Not `trim`, which takes the byte A0 of a character in UTF-8 for a space.
  return value.replace(/ +/g, " ").replace(/^ | $/g, "");
}
