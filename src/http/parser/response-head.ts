import type { ResponseHead } from "../messages.ts";
import { ProtocolError } from "./protocol-error.ts";

/** How the end of a body is found: by its size in bytes, by its last chunk, or by the end of the connection. */
type BodyFraming = number | "chunked" | "until-close";

/** A head, and what it says about the body. */
interface ParsedHead {
  readonly head: ResponseHead;
  readonly framing: BodyFraming;
  /** Whether another request may follow on the same connection. */
  readonly keepsAlive: boolean;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const HEADER_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Reads a status line and headers.
 *
 * @param text without the empty line at its end, one character a byte.
 * @param method of the request: some answers have no body, whatever their headers say.
 * @throws {ProtocolError} if it is not HTTP/1, or says two things about the size of its body.
 *
 * Source: RFC 9112, sections 4 to 6 and 9.3.
 */
export function parseHead(text: string, method: string): ParsedHead {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const [, minor, code, statusText = ""] = STATUS_LINE.exec(statusLine) ?? [];
  if (minor === undefined) throw new ProtocolError("HPE_INVALID_CONSTANT", "the answer is not HTTP");
  const status = Number(code);
  const headers = readHeaders(lines);
  // A tunnel begins after the head, regardless of the headers.
  const isTunnel = method === "CONNECT" && status >= 200 && status < 300;
  const sentFraming = isTunnel ? 0 : framingOf(headers);
  const framing = hasBody(method, status) ? sentFraming : 0;
  return { head: { status, statusText, headers }, framing, keepsAlive: keepsAlive(minor, headers, framing) };
}

/** Whether a line has the form of a header. */
export function isHeaderLine(line: string): boolean {
  return HEADER_LINE.test(line);
}

/** Source: RFC 9112, section 6.3, 1. */
function hasBody(method: string, status: number): boolean {
  return method !== "HEAD" && status >= 200 && status !== 204 && status !== 304;
}

/** Chunks from an HTTP/1.0 server mean that the answer was damaged on its way. Source: RFC 9112, sections 6.1 and 9.3. */
function keepsAlive(minor: string, headers: ResponseHead["headers"], framing: BodyFraming): boolean {
  const { connection = "" } = headers;
  if (framing === "until-close") return false;
  return minor === "1" ? !/\bclose\b/i.test(connection) : framing !== "chunked" && /\bkeep-alive\b/i.test(connection);
}

/**
 * An answer with both a length and chunks is refused: it could smuggle a second answer.
 *
 * Source: RFC 9112, section 6.3, 2 to 8.
 */
function framingOf(headers: ResponseHead["headers"]): BodyFraming {
  const { "transfer-encoding": encoding, "content-length": length } = headers;
  if (encoding !== undefined && length !== undefined) {
    throw new ProtocolError("HPE_INVALID_TRANSFER_ENCODING", "the answer has two lengths for its body");
  }
  if (length !== undefined) {
    if (/^0*[0-9]{1,15}$/.test(length)) return Number(length);
    throw new ProtocolError("HPE_INVALID_CONTENT_LENGTH", "the length of the answer's body is not a number");
  }
  if (encoding === undefined) return "until-close";
  if (/^chunked$/i.test(encoding)) return "chunked";
  throw new ProtocolError("HPE_INVALID_TRANSFER_ENCODING", "the answer has a transfer coding that was not requested");
}

/** By lower-case names. Values of the same name become one, with commas between them. */
function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    if (!isHeaderLine(line)) {
      throw new ProtocolError("HPE_INVALID_HEADER_TOKEN", "the answer has a malformed header");
    }
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = withoutSpaces(line, colon + 1);
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}

/** `String.trim` removes more than the spaces and tabs of HTTP, and a regular expression could take very long. */
function withoutSpaces(line: string, valueStart: number): string {
  let start = valueStart;
  let end = line.length;
  while (start < end && isSpace(line.charCodeAt(start))) start++;
  while (end > start && isSpace(line.charCodeAt(end - 1))) end--;
  return line.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
