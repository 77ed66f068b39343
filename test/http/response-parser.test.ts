import assert from "node:assert/strict";
import http from "node:http";
import { Duplex } from "node:stream";
import { ProtocolError } from "../../src/http/parser/protocol-error.ts";
import { ResponseParser } from "../../src/http/parser/response-parser.ts";
import { amount } from "../amounts.ts";
import { type Random, randomFrom } from "../random.ts";

const ANSWERS = amount(3_000, 600);

/** What a client makes of the bytes that came before a connection's end. */
type Outcome =
  | { readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly body: string }
  | "cut off"
  | { readonly error: string };

interface Case {
  readonly title: string;
  readonly bytes: string;
  readonly method?: string;
  readonly outcome: Outcome;
  readonly keepsAlive?: boolean;
}

const answer = (body: string, headers: Record<string, string> = {}, status = 200) => ({ status, headers, body });

const cases: readonly Case[] = [
  {
    title: "with a length",
    bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: "a"\r\n\r\nhello',
    outcome: answer("hello", { "content-length": "5", etag: '"a"' }),
    keepsAlive: true,
  },
  {
    title: "with no bytes",
    bytes: "HTTP/1.1 200 \r\ncontent-length:0\r\n\r\n",
    outcome: answer("", { "content-length": "0" }),
    keepsAlive: true,
  },
  {
    title: "in chunks, with extensions and a trailer",
    bytes:
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n",
    outcome: answer("abc0123456789", { "transfer-encoding": "chunked" }),
    keepsAlive: true,
  },
  {
    title: "in chunks, with all that their lines may have",
    bytes:
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0003;a;b=c ; d = "x;y\\"\\\\ \xe9"\r\nabc\r\n0000000000000000000a \t\r\n0123456789\r\n000;last\r\n\r\n',
    outcome: answer("abc0123456789", { "transfer-encoding": "chunked" }),
    keepsAlive: true,
  },
  {
    title: "whose length has zeros before it",
    bytes: `HTTP/1.1 200 OK\r\nContent-Length: ${"0".repeat(30)}3\r\n\r\nabc`,
    outcome: answer("abc", { "content-length": `${"0".repeat(30)}3` }),
    keepsAlive: true,
  },
  {
    title: "in chunks, of an old server, behind which nothing else is expected",
    bytes: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n!\r\n0\r\n\r\n",
    outcome: answer("!", { connection: "keep-alive", "transfer-encoding": "chunked" }),
    keepsAlive: false,
  },
  {
    title: "to CONNECT, behind which the tunnel begins",
    bytes: "HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n",
    method: "CONNECT",
    outcome: answer("", { "content-length": "5" }),
    keepsAlive: true,
  },
  {
    title: "that ends with the connection",
    bytes: "HTTP/1.1 503 Slow Down\r\nServer: x\r\n\r\nall of it",
    outcome: answer("all of it", { server: "x" }, 503),
    keepsAlive: false,
  },
  {
    title: "to HEAD, without a body",
    bytes: "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n",
    method: "HEAD",
    outcome: answer("", { "content-length": "5000" }),
    keepsAlive: true,
  },
  {
    title: "without a body, by its status",
    bytes: "HTTP/1.1 204 No Content\r\n\r\n",
    outcome: answer("", {}, 204),
    keepsAlive: true,
  },
  {
    title: "behind others that only announce it",
    bytes:
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!",
    outcome: answer("!", { "content-length": "1" }),
    keepsAlive: true,
  },
  {
    title: "on a connection that ends",
    bytes: "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 1\r\n\r\n!",
    outcome: answer("!", { connection: "Close", "content-length": "1" }),
    keepsAlive: false,
  },
  {
    title: "of an old server",
    bytes: "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n!",
    outcome: answer("!", { "content-length": "1" }),
    keepsAlive: false,
  },
  {
    title: "with a header that comes twice, blanks around it and bytes beyond ASCII",
    bytes: "HTTP/1.1 200 OK\r\nX-A: \t one \r\nx-a:\xe9\r\nContent-Length: 0\r\n\r\n",
    outcome: answer("", { "x-a": "one, \xe9", "content-length": "0" }),
    keepsAlive: true,
  },
  { title: "cut off in its head", bytes: "HTTP/1.1 200 OK\r\nContent-Le", outcome: "cut off" },
  { title: "cut off in its body", bytes: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", outcome: "cut off" },
  {
    title: "cut off between its chunks",
    bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    outcome: "cut off",
  },
  { title: "that is no HTTP", bytes: "SSH-2.0-OpenSSH\r\n", outcome: { error: "HPE_INVALID_CONSTANT" } },
  { title: "of HTTP/2", bytes: "HTTP/2 200\r\n\r\n", outcome: { error: "HPE_INVALID_CONSTANT" } },
  {
    title: "with two lengths",
    bytes: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    outcome: { error: "HPE_INVALID_CONTENT_LENGTH" },
  },
  {
    title: "with a length and chunks",
    bytes: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    outcome: { error: "HPE_INVALID_TRANSFER_ENCODING" },
  },
  {
    title: "in a transfer coding that nobody asked for",
    bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    outcome: { error: "HPE_INVALID_TRANSFER_ENCODING" },
  },
  {
    title: "with a length that is no number",
    bytes: "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    outcome: { error: "HPE_INVALID_CONTENT_LENGTH" },
  },
  {
    title: "with a header on two lines",
    bytes: "HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\n\r\n",
    outcome: { error: "HPE_INVALID_HEADER_TOKEN" },
  },
  {
    title: "with blanks that would take a pattern for ever",
    bytes: `HTTP/1.1 200 OK\r\nX-A:${" ".repeat(60_000)}\x01\r\n\r\n`,
    outcome: { error: "HPE_INVALID_HEADER_TOKEN" },
  },
  {
    title: "with a chunk that has no size",
    bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    outcome: { error: "HPE_INVALID_CHUNK_SIZE" },
  },
  ...['3;a="b', "3;=b", "3 4", "3;a=b;;c", "0x3", "+3", "1234567890123"].map((line) => ({
    title: `with the chunk line ${line}`,
    bytes: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${line}\r\nabc\r\n0\r\n\r\n`,
    outcome: { error: "HPE_INVALID_CHUNK_SIZE" },
  })),
  {
    title: "with a chunk line that would take a pattern for ever",
    bytes: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3${" ;a = b".repeat(1000)}${" \t".repeat(3000)}\x01\r\n`,
    outcome: { error: "HPE_INVALID_CHUNK_SIZE" },
  },
  {
    title: "with chunks and a coding that is not chunks",
    bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    outcome: { error: "HPE_INVALID_TRANSFER_ENCODING" },
  },
  {
    title: "with a chunk longer than it says",
    bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
    outcome: { error: "HPE_INVALID_CHUNK_SIZE" },
  },
  {
    title: "with more behind it",
    bytes: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc",
    outcome: { error: "MORE_THAN_ONE" },
  },
  {
    title: "that changes the protocol",
    bytes: "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    outcome: { error: "HPE_INVALID_STATUS" },
  },
  {
    title: "with headers that have no end",
    bytes: `HTTP/1.1 200 OK\r\n${"X-A: b\r\n".repeat(10_000)}`,
    outcome: { error: "HPE_HEADER_OVERFLOW" },
  },
  {
    title: "that others announce without an end",
    bytes: "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(200),
    outcome: { error: "HPE_HEADER_OVERFLOW" },
  },
  {
    title: "whose trailer has no end",
    bytes: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${"X-A: b\r\n".repeat(200)}`,
    outcome: { error: "HPE_HEADER_OVERFLOW" },
  },
];

describe("the parser of answers", () => {
  for (const { title, bytes, method = "GET", outcome, keepsAlive } of cases) {
    it(`reads one ${title}`, async () => {
      const random = randomFrom(title.length);
      for (const cut of [() => bytes.length, () => Math.ceil(bytes.length / 500), () => 1 + random.below(40)]) {
        const read = readAll(bytes, method, cut);
        assert.deepEqual(read.outcome, outcome);
        if (keepsAlive !== undefined) assert.equal(read.keepsAlive, keepsAlive);
      }
    });
  }

  it(`makes of ${ANSWERS} answers, whole, cut off and garbled, what Node's client makes of them`, async function () {
    this.timeout(120_000);
    const random = randomFrom(20_261_121);
    let accepted = 0;
    for (let index = 0; index < ANSWERS; index++) {
      const { bytes, method } = randomAnswer(random);
      const ours = readAll(bytes, method, () => 1 + random.below(60)).outcome;
      const theirs = await readByNode(bytes, method);
      const shown = JSON.stringify({ index, method, bytes, ours, theirs });
      // Stricter than Node is allowed, and laxer where it has limits of its own; what both accept has to be the same.
      if (isAnswer(ours) && isAnswer(theirs)) {
        accepted++;
        assert.deepEqual([ours.status, ours.body], [theirs.status, theirs.body], shown);
      }
      if (isAnswer(ours)) assert.ok(isAnswer(theirs), shown);
    }
    assert.ok(accepted > ANSWERS / 3, `${accepted} were accepted`);
  });
});

function isAnswer(outcome: Outcome): outcome is Exclude<Outcome, "cut off" | { readonly error: string }> {
  return typeof outcome === "object" && "status" in outcome;
}

/** Reads an answer as an exchange does, from bytes that come in pieces. */
function readAll(text: string, method: string, cut: () => number): { outcome: Outcome; keepsAlive: boolean } {
  const bytes = Buffer.from(text, "latin1");
  const parser = new ResponseParser(method);
  let body = "";
  try {
    for (let position = 0; position < bytes.length; ) {
      const end = position + cut();
      // What was read is overwritten, as a connection does.
      const piece = Buffer.from(bytes.subarray(position, end));
      body += readPiece(parser, piece);
      piece.fill("?");
      position = end;
    }
    const isWhole = parser.end();
    const { status = 0, headers } = parser.head ?? {};
    const outcome = isWhole ? { status, headers: { ...headers }, body } : "cut off";
    return { outcome, keepsAlive: parser.keepsAlive };
  } catch (error) {
    if (error instanceof ProtocolError) return { outcome: { error: error.code }, keepsAlive: false };
    throw error;
  }
}

/** @returns what of it is the body's. */
function readPiece(parser: ResponseParser, piece: Buffer): string {
  let body = "";
  for (let position = 0; position < piece.length; ) {
    // A connection that is used again would take it for the next answer.
    if (parser.state === "complete") throw new ProtocolError("MORE_THAN_ONE", "more came than the answer");
    const rest = piece.subarray(position);
    if (parser.state === "body") {
      const sizeBytes = Math.min(parser.bodyBytes, rest.length);
      body += rest.toString("latin1", 0, sizeBytes);
      parser.passBody(sizeBytes);
      position += sizeBytes;
    } else position += parser.parse(rest);
  }
  return body;
}

/** The same bytes, read by Node's own client from a connection that ends behind them. */
function readByNode(text: string, method: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
    const outgoing = http.request({ method, createConnection: () => socket });
    const fail = (error: Error) => resolve({ error: error.message });
    outgoing.on("error", fail);
    outgoing.on("upgrade", () => resolve({ error: "upgrade" }));
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk) => chunks.push(chunk)).on("error", fail);
      incoming.on("end", () => {
        const body = Buffer.concat(chunks).toString("latin1");
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
      });
    });
    outgoing.end();
    socket.push(Buffer.from(text, "latin1"));
    socket.push(null);
  });
}

function randomAnswer(random: Random): { bytes: string; method: string } {
  const body = random.bytes(random.below(200)).toString("latin1");
  const status = random.pick([200, 200, 206, 204, 304, 403, 404, 500, 503]);
  const headers = [
    random.pick(['ETag: "x"', "x-amz-request-id: 1", "Date:  today "]),
    random.pick(["Connection: close", "Server: s"]),
  ];
  let content = body;
  const framing = random.pick(["length", "length", "chunks", "end"]);
  if (framing === "length") headers.push(`${random.pick(["Content-Length", "content-length"])}: ${body.length}`);
  if (framing === "chunks") {
    headers.push(`Transfer-Encoding: ${random.pick(["chunked", "Chunked"])}`);
    content = inChunks(body, random);
  }
  const method = random.chance(0.1) ? "HEAD" : "GET";
  if (method === "HEAD" || status === 204 || status === 304) content = "";
  const announced = random.chance(0.1) ? "HTTP/1.1 100 Continue\r\n\r\n" : "";
  const statusLine = `HTTP/1.${random.pick([0, 1, 1, 1])} ${status} ${random.pick(["OK", "", "Two Words"])}`;
  const whole = `${announced}${statusLine}\r\n${headers.join("\r\n")}\r\n\r\n${content}`;
  return { bytes: random.chance(0.6) ? whole : garbled(whole, random), method };
}

function inChunks(body: string, random: Random): string {
  let chunks = "";
  for (let position = 0; position < body.length; ) {
    const chunk = body.slice(position, position + 1 + random.below(50));
    chunks += `${random.pick(["", "00"])}${chunk.length.toString(16)}${random.pick(["", ";a=b", ';a="b;c"', ";a"])}\r\n${chunk}\r\n`;
    position += chunk.length;
  }
  return `${chunks}0\r\n${random.pick(["", "X-T: 1\r\n"])}\r\n`;
}

/** Cut off, with a byte exchanged or with one less. */
function garbled(whole: string, random: Random): string {
  const position = random.below(whole.length);
  const before = whole.slice(0, position);
  const behind = whole.slice(position + 1);
  const other = random.pick(["\r", "\n", "\0", " ", ":", "7", "\xff"]);
  return random.pick([before, before + other + behind, before + behind]);
}
