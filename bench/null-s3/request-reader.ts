/** The beginning of a request. */
export interface RequestHead {
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

/** What becomes of the requests of one connection. */
export interface RequestHandler {
  head(head: RequestHead): void;
  /** The next bytes of the body, which are overwritten later on. */
  body(chunk: Buffer): void;
  end(): void;
}

const HEAD_END = Buffer.from("\r\n\r\n");

/** Takes the requests of one connection apart: HTTP/1.1 with a Content-Length, as all S3 clients speak it, and nothing else. */
export class RequestReader {
  readonly #handler: RequestHandler;
  #unread: Buffer = Buffer.alloc(0);
  #bodyBytesLeft = 0;

  constructor(handler: RequestHandler) {
    this.#handler = handler;
  }

  push(chunk: Buffer): void {
    let rest = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    while (rest.length > 0) {
      const takenBytes = this.#bodyBytesLeft > 0 ? this.#takeBody(rest) : this.#takeHead(rest);
      if (takenBytes === 0) break;
      rest = rest.subarray(takenBytes);
    }
    this.#unread = rest;
  }

  #takeBody(bytes: Buffer): number {
    const body = bytes.length <= this.#bodyBytesLeft ? bytes : bytes.subarray(0, this.#bodyBytesLeft);
    this.#handler.body(body);
    this.#bodyBytesLeft -= body.length;
    if (this.#bodyBytesLeft === 0) this.#handler.end();
    return body.length;
  }

  #takeHead(bytes: Buffer): number {
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) return 0;
    const head = parseHead(bytes.toString("latin1", 0, end));
    this.#handler.head(head);
    this.#bodyBytesLeft = Number(head.headers.get("content-length") ?? 0);
    if (this.#bodyBytesLeft === 0) this.#handler.end();
    return end + HEAD_END.length;
  }
}

function parseHead(text: string): RequestHead {
  const [requestLine = "", ...lines] = text.split("\r\n");
  const [method = "", target = ""] = requestLine.split(" ");
  // Some proxies pass on what was meant for them, a whole URL. Source: RFC 9112, section 3.2.2.
  const [path = "", query] = target.replace(/^https?:\/\/[^/]+/, "").split("?");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { method, path, query: new URLSearchParams(query), headers };
}
