import type { ResponseHead } from "../messages.ts";
import { ProtocolError } from "./protocol-error.ts";
import { isHeaderLine, parseHead } from "./response-head.ts";

/**
 * What comes next: the head; bytes of the body; with chunks, the line with a chunk's size, the end of the line behind a chunk, or the
 * headers behind the last one; or nothing more.
 */
type ParserState = "head" | "body" | "chunk-size" | "chunk-end" | "trailer" | "complete";

/** S3 gives 2 KB of metadata at most; Node's own parser takes 16 KiB. */
const MAX_HEAD_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 16 * 1024;

const NOTHING = Buffer.alloc(0);
const PROTOCOL = Buffer.from("HTTP/1.");

const CHUNK_EXTENSION = /[\t ]*;[\t ]*TOKEN(?:[\t ]*=[\t ]*(?:TOKEN|QUOTED))?/.source
  .replaceAll("TOKEN", "[!#$%&'*+.^_`|~0-9A-Za-z-]+")
  .replace("QUOTED", '"(?:[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"');
/** Source: RFC 9112, section 7.1.1. Spaces at the end are not in its grammar; many servers fill the line with them. */
const CHUNK_SIZE_LINE = new RegExp(`^0*([0-9a-fA-F]{1,12})(?:${CHUNK_EXTENSION})*[\\t ]*$`);

/** Servers send one or two. */
const MAX_EXTRAS = 100;

/**
 * Finds out what the bytes of an answer are: text, which it reads itself, or the body's, which it leaves to the caller to move. Node's own
 * parser costs several times as much for each answer, and copies each byte of a large one once more.
 *
 * Source: RFC 9112, "HTTP/1.1".
 */
export class ResponseParser {
  readonly #method: string;
  #state: ParserState = "head";
  /** The beginning of text whose end has not come yet. */
  #text: Buffer = NOTHING;
  #head: ResponseHead | undefined;
  #isChunked = false;
  #keepsAlive = false;
  #bodyBytes = 0;
  /** Heads before that of the answer, and lines of its trailer. */
  #extras = 0;

  /** @param method of the request: an answer to HEAD has no body, whatever its headers say. */
  constructor(method: string) {
    this.#method = method;
  }

  get state(): ParserState {
    return this.#state;
  }

  /** Undefined until all of it has come. */
  get head(): ResponseHead | undefined {
    return this.#head;
  }

  /** In the state "body": how many bytes of the body, or of this chunk, are still to come; infinite if the connection's end is its end. */
  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  /** Whether the connection can carry another request after this answer. */
  get keepsAlive(): boolean {
    return this.#keepsAlive && this.#state === "complete";
  }

  /**
   * Reads text: a head or a line. It is not to be called in the states "body" and "complete".
   *
   * @returns how many of the bytes belonged to it. What is behind them may be the body's: look at the state first.
   * @throws {ProtocolError} if it is not HTTP/1.
   */
  parse(bytes: Buffer): number {
    const text = this.#text.length === 0 ? bytes : Buffer.concat([this.#text, bytes]);
    const sizeBytes = this.#state === "head" ? this.#parseHead(text) : this.#parseLine(text);
    if (sizeBytes === 0) {
      this.#text = Buffer.from(text);
      return bytes.length;
    }
    const takenBytes = sizeBytes - this.#text.length;
    this.#text = NOTHING;
    return takenBytes;
  }

  /** The number of bytes of the body that have reached their place. */
  passBody(sizeBytes: number): void {
    this.#bodyBytes -= sizeBytes;
    if (this.#bodyBytes === 0) this.#state = this.#isChunked ? "chunk-end" : "complete";
  }

  /** The connection has ended. @returns whether the answer is complete with it. */
  end(): boolean {
    if (this.#state === "body" && this.#bodyBytes === Number.POSITIVE_INFINITY) this.#state = "complete";
    return this.#state === "complete";
  }

  /** @returns the size of the head; 0 if its end has not come yet. */
  #parseHead(bytes: Buffer): number {
    const known = Math.min(bytes.length, PROTOCOL.length);
    if (PROTOCOL.compare(bytes, 0, known, 0, known) !== 0) {
      throw new ProtocolError("HPE_INVALID_CONSTANT", "the answer is not HTTP");
    }
    const end = bytes.indexOf("\r\n\r\n");
    if (end > MAX_HEAD_BYTES || (end < 0 && bytes.length > MAX_HEAD_BYTES)) {
      throw new ProtocolError("HPE_HEADER_OVERFLOW", "the answer's headers have no end");
    }
    if (end < 0) return 0;
    this.#takeHead(bytes.toString("latin1", 0, end));
    return end + 4;
  }

  #takeHead(text: string): void {
    const { head, framing, keepsAlive } = parseHead(text, this.#method);
    if (head.status === 101) {
      throw new ProtocolError("HPE_INVALID_STATUS", "the server changed the protocol");
    }
    // What comes before the answer, such as 100 Continue, says nothing.
    if (head.status < 200) {
      this.#countExtra();
      return;
    }
    this.#head = head;
    this.#keepsAlive = keepsAlive;
    this.#isChunked = framing === "chunked";
    if (framing === "chunked") this.#state = "chunk-size";
    else this.#beginBody(framing === "until-close" ? Number.POSITIVE_INFINITY : framing);
  }

  #beginBody(sizeBytes: number): void {
    this.#bodyBytes = sizeBytes;
    this.#state = sizeBytes > 0 ? "body" : "complete";
  }

  /** @returns the size of the line; 0 if its end has not come yet. */
  #parseLine(bytes: Buffer): number {
    const end = bytes.indexOf("\r\n");
    if (end > MAX_LINE_BYTES || (end < 0 && bytes.length > MAX_LINE_BYTES)) throw brokenChunks();
    if (end < 0) return 0;
    this.#takeLine(bytes.toString("latin1", 0, end));
    return end + 2;
  }

  #takeLine(line: string): void {
    if (this.#state === "chunk-size") {
      const [, size] = CHUNK_SIZE_LINE.exec(line) ?? [];
      if (size === undefined) throw brokenChunks();
      this.#bodyBytes = Number.parseInt(size, 16);
      this.#state = this.#bodyBytes > 0 ? "body" : "trailer";
    } else if (this.#state === "chunk-end") {
      if (line !== "") throw brokenChunks();
      this.#state = "chunk-size";
    } else if (line === "") {
      this.#state = "complete";
    } else if (isHeaderLine(line)) {
      this.#countExtra();
    } else {
      throw brokenChunks();
    }
  }

  /** Each is short, and there is always a next one: without an end, the request would have none either. */
  #countExtra(): void {
    if (++this.#extras > MAX_EXTRAS) throw new ProtocolError("HPE_HEADER_OVERFLOW", "the answer's headers have no end");
  }
}

function brokenChunks(): ProtocolError {
  return new ProtocolError("HPE_INVALID_CHUNK_SIZE", "the answer's chunks are not in order");
}
