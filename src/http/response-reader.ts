import type { BodyReceiver } from "./body-receiver.ts";
import type { ResponseHead } from "./messages.ts";

/** What becomes of an answer as it is read. */
export interface ResponseHandler {
  /** The head has come. @returns what takes the body. @throws what ends the request. */
  head(head: ResponseHead): BodyReceiver;
  /** All of the answer has come, and its receiver is at rest. */
  end(): void;
}

/** What came is no answer in HTTP/1. */
export class ProtocolError extends Error {
  override readonly name: string = "ProtocolError";
  /** The name that Node's own parser has for it. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** S3 gives 2 KB of metadata at most; Node's own parser takes 16 KiB. */
const MAX_HEAD_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 16 * 1024;

const NOTHING = Buffer.alloc(0);
const PROTOCOL = Buffer.from("HTTP/1.");
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const HEADER_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/;
const CHUNK_LINE = /^([0-9a-fA-F]{1,12})(?:;[!#$%&'*+.^_`|~0-9A-Za-z=-]+)*$/;

type Stage = "head" | "body" | "chunk-size" | "chunk-end" | "trailer" | "over";

/**
 * Reads one answer from the bytes of a connection. Node's own client costs several times as much for each answer, and copies each byte of a
 * large one once more.
 *
 * Source: RFC 9112, "HTTP/1.1"; section 6.3 says how long a body is.
 */
export class ResponseReader {
  readonly #handler: ResponseHandler;
  readonly #hasBody: (status: number) => boolean;
  #stage: Stage = "head";
  /** The beginning of what is not all there yet. */
  #unread: Buffer = NOTHING;
  #receiver: BodyReceiver | undefined;
  /** Of the body or of its chunk; infinite where the connection's end is the body's. */
  #leftBytes = 0;
  #isChunked = false;
  #keepsAlive = false;
  #isAbandoned = false;

  /** @param method of the request: an answer to HEAD has no body, whatever its headers say. */
  constructor(method: string, handler: ResponseHandler) {
    this.#handler = handler;
    this.#hasBody = (status) => method !== "HEAD" && status !== 204 && status !== 304;
  }

  /** Whether the connection can carry another request after this answer. */
  get keepsAlive(): boolean {
    return this.#keepsAlive && this.#stage === "over";
  }

  /** Where the next bytes can be put at once; undefined where they have to be looked at first. */
  reserve(): Buffer | undefined {
    if (this.#stage !== "body") return undefined;
    const room = this.#receiver?.reserve();
    return room && room.length > this.#leftBytes ? room.subarray(0, this.#leftBytes) : room;
  }

  /** So many bytes have been put into the room. @returns a promise to wait for before more are put there or pushed. */
  commit(sizeBytes: number): void | Promise<void> {
    this.#leftBytes -= sizeBytes;
    const work = this.#receiver?.commit(sizeBytes);
    if (work) return work.then(() => this.#endBytes());
    this.#endBytes();
  }

  /**
   * Takes the next bytes of the connection.
   *
   * @returns a promise to wait for before more are put or pushed; the bytes are in use until then.
   * @throws {ProtocolError}; what the handler and the receiver throw.
   */
  push(bytes: Buffer): void | Promise<void> {
    let rest = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
    this.#unread = NOTHING;
    while (rest.length > 0 && !this.#isAbandoned) {
      const room = this.reserve();
      if (room) {
        const copiedBytes = rest.copy(room);
        rest = rest.subarray(copiedBytes);
        const work = this.commit(copiedBytes);
        if (!work) continue;
        const behind = rest;
        return work.then(() => (behind.length > 0 ? this.push(behind) : undefined));
      }
      const takenBytes = this.#takeText(rest);
      if (takenBytes === 0) {
        this.#unread = Buffer.from(rest);
        return;
      }
      rest = rest.subarray(takenBytes);
    }
  }

  /** The connection has ended. @returns whether the answer ends with it. */
  close(): boolean {
    if (this.#leftBytes === Number.POSITIVE_INFINITY && this.#stage === "body") this.#end();
    return this.#stage === "over";
  }

  /** Has nothing more taken, and the answer not told. */
  abandon(): void {
    this.#isAbandoned = true;
  }

  /** @returns 0 where it is not all there yet. */
  #takeText(bytes: Buffer): number {
    if (this.#stage === "over") throw new ProtocolError("HPE_CLOSED_CONNECTION", "more came than the answer");
    return this.#stage === "head" ? this.#takeHead(bytes) : this.#takeLine(bytes);
  }

  #takeHead(bytes: Buffer): number {
    const known = Math.min(bytes.length, PROTOCOL.length);
    if (PROTOCOL.compare(bytes, 0, known, 0, known) !== 0) {
      throw new ProtocolError("HPE_INVALID_CONSTANT", "what came is not HTTP");
    }
    const end = bytes.indexOf("\r\n\r\n");
    if (end > MAX_HEAD_BYTES || (end < 0 && bytes.length > MAX_HEAD_BYTES)) {
      throw new ProtocolError("HPE_HEADER_OVERFLOW", "the answer's headers have no end");
    }
    if (end < 0) return 0;
    this.#begin(bytes.toString("latin1", 0, end));
    return end + 4;
  }

  #begin(text: string): void {
    const [statusLine = "", ...lines] = text.split("\r\n");
    const [, minor, code] = STATUS_LINE.exec(statusLine) ?? [];
    const status = Number(code);
    if (minor === undefined) throw new ProtocolError("HPE_INVALID_CONSTANT", "what came is not HTTP");
    const headers = readHeaders(lines);
    if (status === 101)
      throw new ProtocolError("HPE_INVALID_STATUS", "the server speaks another protocol from here on");
    // What comes before the answer, as 100 Continue, says nothing.
    if (status < 200) return;
    const { connection = "" } = headers;
    this.#keepsAlive = minor === "1" ? !/\bclose\b/i.test(connection) : /\bkeep-alive\b/i.test(connection);
    const length = bodyLength(headers);
    this.#receiver = this.#handler.head({ status, headers });
    this.#beginBody(this.#hasBody(status) ? length : 0);
  }

  #beginBody(length: number | "chunked"): void {
    this.#isChunked = length === "chunked";
    this.#leftBytes = length === "chunked" ? 0 : length;
    this.#keepsAlive &&= length !== Number.POSITIVE_INFINITY;
    this.#stage = this.#isChunked ? "chunk-size" : "body";
    if (length === 0) this.#end();
  }

  #takeLine(bytes: Buffer): number {
    const end = bytes.indexOf("\r\n");
    if (end > MAX_LINE_BYTES || (end < 0 && bytes.length > MAX_LINE_BYTES)) throw brokenChunks();
    if (end < 0) return 0;
    this.#readLine(bytes.toString("latin1", 0, end));
    return end + 2;
  }

  #readLine(line: string): void {
    if (this.#stage === "chunk-size") {
      const [, size] = CHUNK_LINE.exec(line) ?? [];
      if (size === undefined) throw brokenChunks();
      this.#leftBytes = Number.parseInt(size, 16);
      this.#stage = this.#leftBytes > 0 ? "body" : "trailer";
    } else if (this.#stage === "chunk-end") {
      if (line !== "") throw brokenChunks();
      this.#stage = "chunk-size";
    } else if (line === "") {
      this.#end();
    } else if (!HEADER_LINE.test(line)) {
      throw brokenChunks();
    }
  }

  #endBytes(): void {
    if (this.#leftBytes > 0) return;
    if (this.#isChunked) this.#stage = "chunk-end";
    else this.#end();
  }

  #end(): void {
    this.#stage = "over";
    if (!this.#isAbandoned) this.#handler.end();
  }
}

function brokenChunks(): ProtocolError {
  return new ProtocolError("HPE_INVALID_CHUNK_SIZE", "the answer's chunks are not in order");
}

/**
 * Infinite where the connection's end is the body's.
 *
 * @throws {ProtocolError} where the headers contradict each other, or more than chunks are to be undone.
 */
function bodyLength(headers: ResponseHead["headers"]): number | "chunked" {
  const { "transfer-encoding": encoding, "content-length": length } = headers;
  if (encoding !== undefined && length !== undefined) {
    throw new ProtocolError("HPE_INVALID_TRANSFER_ENCODING", "the answer tells two lengths of its body");
  }
  if (length !== undefined) {
    if (/^[0-9]{1,15}$/.test(length)) return Number(length);
    throw new ProtocolError("HPE_INVALID_CONTENT_LENGTH", "the length of the answer's body is not a number");
  }
  if (encoding === undefined) return Number.POSITIVE_INFINITY;
  if (/^chunked$/i.test(encoding)) return "chunked";
  throw new ProtocolError("HPE_INVALID_TRANSFER_ENCODING", "the answer's transfer coding was not asked for");
}

/** By lower-case names. Values that come under the same name stand in one, with commas between them. */
function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    if (!HEADER_LINE.test(line)) {
      throw new ProtocolError("HPE_INVALID_HEADER_TOKEN", "one of the answer's headers is none");
    }
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = withoutBlanks(line, colon + 1);
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}

/** `String.trim` takes more for a blank than HTTP does, and a pattern could take for ever to find where they begin. */
function withoutBlanks(line: string, valueStart: number): string {
  let start = valueStart;
  let end = line.length;
  while (start < end && isBlank(line.charCodeAt(start))) start++;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--;
  return line.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
