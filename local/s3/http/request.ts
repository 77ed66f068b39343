import type { IncomingMessage } from "node:http";
import { S3Error } from "./errors.ts";

/** One request as it came over the wire, with its address taken apart. */
export interface S3Request {
  readonly method: string;
  /** The request target as sent, percent-encoded, query included. */
  readonly target: string;
  /** The decoded path of the target. Dot segments stay: S3 keys may hold them. */
  readonly path: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  /** Decoded query in order of appearance, repetitions kept. */
  readonly queryPairs: readonly (readonly [name: string, value: string])[];
  readonly query: ReadonlyMap<string, string>;
  /** Headers on the wire, lower-case names, each byte one character; repeated ones joined with a comma. */
  readonly wireHeaders: ReadonlyMap<string, string>;
  /** The headers, and for a presigned request also the `x-amz-*` parameters of its query, which mean the same. */
  readonly headers: ReadonlyMap<string, string>;
  readonly presigned: boolean;
  readonly secure: boolean;
  readonly message: IncomingMessage;
}

/** Query parameters that make up the signature itself; every other `x-amz-*` parameter stands for a header. */
const signatureParameters = new Set([
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-signedheaders",
  "x-amz-signature",
  "x-amz-security-token",
]);

/**
 * Takes the request apart.
 * @param baseHost requests to `<bucket>.<baseHost>` are in virtual-host style, all others in path style
 * @throws S3Error InvalidURI when the target is not percent-encoded UTF-8
 */
export function readRequest(message: IncomingMessage, baseHost: string, secure: boolean): S3Request {
  const target = message.url ?? "/";
  const queryStart = target.indexOf("?");
  const path = decode(queryStart < 0 ? target : target.slice(0, queryStart));
  const queryPairs = queryStart < 0 ? [] : readQuery(target.slice(queryStart + 1));
  const query = new Map(queryPairs);
  const wireHeaders = readHeaders(message.rawHeaders);
  const presigned = query.has("X-Amz-Signature") || query.has("X-Amz-Algorithm");
  return {
    method: message.method ?? "GET",
    target,
    path,
    ...addressOf(path, wireHeaders.get("host") ?? "", baseHost),
    queryPairs,
    query,
    wireHeaders,
    headers: presigned ? new Map([...headersInQuery(queryPairs), ...wireHeaders]) : wireHeaders,
    presigned,
    secure,
    message,
  };
}

/** Percent-decoding as S3 does it: `+` is a space, in the path too, so a plus in a key must be sent as `%2B`. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new S3Error("InvalidURI");
  }
}

function readQuery(text: string): (readonly [string, string])[] {
  return text
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      return equals < 0 ? [decode(pair), ""] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });
}

function readHeaders(rawHeaders: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    const value = rawHeaders[i + 1] as string;
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return headers;
}

function headersInQuery(pairs: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  return pairs
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name.startsWith("x-amz-") && !signatureParameters.has(name));
}

function addressOf(path: string, host: string, baseHost: string): Pick<S3Request, "bucket" | "key"> {
  const hostname = host.replace(/:\d+$/, "").toLowerCase();
  if (hostname.endsWith(`.${baseHost}`)) {
    return { bucket: hostname.slice(0, -baseHost.length - 1), key: path.slice(1) || undefined };
  }
  const slash = path.indexOf("/", 1);
  if (slash < 0) return { bucket: path.slice(1) || undefined, key: undefined };
  return { bucket: path.slice(1, slash) || undefined, key: path.slice(slash + 1) || undefined };
}
