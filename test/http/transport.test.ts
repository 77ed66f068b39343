import assert from "node:assert/strict";
import { hash } from "node:crypto";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { localhostTls } from "../../local/s3/localhost-tls.ts";
import type { BodyReceiver } from "../../src/http/body-receiver.ts";
import { ConnectionError } from "../../src/http/connection-error.ts";
import type { Body, HttpRequest } from "../../src/http/messages.ts";
import { DIRECT_NETWORK } from "../../src/http/network-settings.ts";
import { createTransport, type Transport } from "../../src/http/transport.ts";
import { randomFrom } from "../random.ts";

describe("the transport", () => {
  let transport: Transport;
  let closers: (() => void)[];
  beforeEach(() => {
    transport = createTransport({ maxConnections: 4, idleTimeoutMs: 300 });
    closers = [() => transport.close()];
  });
  afterEach(() => {
    for (const close of closers) close();
  });

  it("sends the path, the headers and the body as they are, and reads the answer", async () => {
    let seen: unknown;
    const port = await serve(async (request, response) => {
      const body: Buffer[] = [];
      for await (const chunk of request) body.push(chunk);
      seen = {
        method: request.method,
        url: request.url,
        note: request.headers.note,
        body: String(Buffer.concat(body)),
      };
      response.writeHead(201, { etag: '"x"' }).end("answer");
    });
    const response = await transport.exchange(
      request(port, { method: "PUT", target: "/a/../b%20c?x=%2F", headers: { note: "n" }, body: body("one", "two") }),
    );
    assert.deepEqual(seen, { method: "PUT", url: "/a/../b%20c?x=%2F", note: "n", body: "onetwo" });
    assert.deepEqual([response.status, response.headers.etag, String(response.body)], [201, '"x"', "answer"]);
  });

  it("uses few connections again and again", async () => {
    const sockets = new Set<unknown>();
    const port = await serve((request, response) => {
      sockets.add(request.socket);
      request.resume().on("end", () => response.end());
    });
    const exchange = () => transport.exchange(request(port, { method: "PUT", body: body("x") }));
    await Promise.all(Array.from({ length: 50 }, exchange));
    assert.equal(sockets.size, 4);
  });

  it("takes an answer that comes before the body is sent", async () => {
    const port = await serve((_request, response) => response.writeHead(403).end("no"));
    const chunk = Buffer.alloc(64 * 1024);
    const large: Body = { sizeBytes: 4000 * chunk.length, chunks: () => Array.from({ length: 4000 }, () => chunk) };
    const response = await transport.exchange(request(port, { method: "PUT", body: large }));
    assert.equal(response.status, 403);
  });

  const silent: [title: string, code: string, onConnection: (socket: net.Socket) => void][] = [
    ["gives up a connection on which nothing moves", "ETIMEDOUT", () => undefined],
    [
      "tells of a connection that is reset",
      "ECONNRESET",
      (socket) => socket.on("data", () => socket.resetAndDestroy()),
    ],
    [
      "tells of an answer that is cut off",
      "ECONNRESET",
      (socket) => socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")),
    ],
    ["tells of an answer that is not HTTP", "HPE_INVALID_CONSTANT", (socket) => socket.end("SSH-2.0-x\r\n")],
  ];
  for (const [title, code, onConnection] of silent) {
    it(title, async () => {
      const port = await listen(net.createServer(onConnection));
      await assert.rejects(
        transport.exchange(request(port, {})),
        (error: ConnectionError) =>
          error instanceof ConnectionError && error.systemCode === code && error.hostname === "127.0.0.1",
      );
    });
  }

  it("tells of an answer that breaks off only when its receiver is at rest", async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { "content-length": 1_000_000 });
      response.write(Buffer.alloc(500_000), () => setTimeout(() => response.socket?.resetAndDestroy(), 20));
    });
    let calls = 0;
    let isAtWork = false;
    const receive = () => ({
      reserve: () => Buffer.alloc(1000),
      async commit() {
        calls++;
        isAtWork = true;
        await new Promise((resolve) => setTimeout(resolve, 60));
        isAtWork = false;
      },
    });
    await assert.rejects(transport.exchange(request(port, { receive })), ConnectionError);
    assert.equal(isAtWork, false);
    const callsThen = calls;
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(calls, callsThen);
  });

  for (const protocol of ["http:", "https:"] as const)
    it(`puts what comes into the receiver's room, piece by piece, and waits for it (${protocol})`, async () => {
      const content = randomFrom(7).bytes(3_000_000);
      const sockets = new Set<unknown>();
      const send: http.RequestListener = (request, response) => {
        sockets.add(request.socket);
        if (request.url === "/length") response.setHeader("content-length", content.length);
        if (request.url === "/close") response.setHeader("connection", "close").removeHeader("transfer-encoding");
        for (let position = 0; position < content.length; position += 70_001) {
          response.write(content.subarray(position, position + 70_001));
        }
        response.end();
      };
      const server = protocol === "http:" ? http.createServer(send) : https.createServer(localhostTls, send);
      const port = await listen(server);
      const network = { ...DIRECT_NETWORK, authorities: localhostTls.cert };
      const secure = createTransport({ maxConnections: 1, idleTimeoutMs: 5_000, network });
      closers.push(() => secure.close());
      for (const target of ["/length", "/chunks", "/close"]) {
        const received: Buffer[] = [];
        const room = Buffer.alloc(10_000);
        let isAtWork = false;
        const receiver: BodyReceiver = {
          reserve: () => room.subarray(0, 1 + (received.length % room.length)),
          commit(sizeBytes) {
            assert.equal(isAtWork, false);
            received.push(Buffer.from(room.subarray(0, sizeBytes)));
            if (received.length % 3 > 0) return undefined;
            isAtWork = true;
            return new Promise((resolve) =>
              setImmediate(() => {
                isAtWork = false;
                resolve();
              }),
            );
          },
        };
        const answer = await secure.exchange(request(port, { protocol, target, receive: () => receiver }));
        assert.deepEqual([answer.status, answer.body.length], [200, 0]);
        assert.ok(Buffer.concat(received).equals(content));
      }
      assert.equal(sockets.size, 1);
    });

  it("does not give a refusal's body to the receiver", async () => {
    const port = await serve((_request, response) => response.writeHead(404).end("<Error/>"));
    const receive = () => assert.fail("it was called");
    const answer = await transport.exchange(request(port, { receive }));
    assert.deepEqual([answer.status, String(answer.body)], [404, "<Error/>"]);
  });

  it("sends bodies of all sizes whole", async () => {
    const port = await serve(async (incoming, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      response.end(hash("sha256", Buffer.concat(chunks)));
    });
    const bytes = randomFrom(8).bytes(700_000);
    for (const sizeBytes of [0, 1, 60_000, 65_300, 65_400, 65_536, 262_144, 700_000]) {
      const sent = bytes.subarray(0, sizeBytes);
      const half = Math.floor(sizeBytes / 2);
      for (const chunks of [[sent], [sent.subarray(0, half), sent.subarray(half)]]) {
        const answer = await transport.exchange(
          request(port, { method: "PUT", body: { sizeBytes, chunks: () => chunks } }),
        );
        assert.equal(String(answer.body), hash("sha256", sent), `${sizeBytes} bytes`);
      }
    }
  });

  it("uses no connection again on which more came than was asked for, or that the server ends", async () => {
    const extras = ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""];
    let connections = 0;
    const port = await listen(
      net.createServer((socket) => {
        const extra = extras[connections++];
        socket.once("data", () => {
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${connections}${extra ?? ""}`);
          if (extra === "") setTimeout(() => socket.end(), 10);
        });
      }),
    );
    const answers: string[] = [];
    for (let index = 0; index < 3; index++) {
      answers.push(String((await transport.exchange(request(port, {}))).body));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.deepEqual(answers, ["1", "2", "3"]);
  });

  it("sends no header and no target that holds another", async () => {
    const port = await serve(() => assert.fail("something was sent"));
    for (const given of [
      { headers: { note: "a\r\nx: y" } },
      { headers: { "a: b\r\nc": "d" } },
      { target: "/ HTTP/1.1\r\n" },
    ]) {
      await assert.rejects(transport.exchange(request(port, given)), TypeError);
    }
  });

  it("ends a request that waits for a connection, and lets the others have their turn", async () => {
    let release: (() => void)[] = [];
    const port = await serve((_request, response) => release.push(() => response.end("x")));
    const stop = new AbortController();
    const started = Array.from({ length: 4 }, () => transport.exchange(request(port, {})));
    const waiting = transport.exchange(request(port, { signal: stop.signal }));
    const behind = transport.exchange(request(port, {}));
    stop.abort(new RangeError("enough"));
    await assert.rejects(waiting, RangeError);
    while (release.length < 4) await new Promise(setImmediate);
    for (const end of release) end();
    await Promise.all(started);
    release = release.slice(4);
    while (release.length < 1) await new Promise(setImmediate);
    release[0]?.();
    assert.equal(String((await behind).body), "x");
  });

  it("passes on what the body's source throws, as it is", async () => {
    const port = await serve((request) => request.resume());
    const failing: Body = {
      sizeBytes: 10,
      async *chunks() {
        yield Buffer.from("abc");
        throw new RangeError("the file is gone");
      },
    };
    await assert.rejects(transport.exchange(request(port, { method: "PUT", body: failing })), RangeError);
  });

  it("takes no answer for whole because it was itself closed", async () => {
    const port = await serve((_request, response) => {
      response.setHeader("connection", "close").removeHeader("transfer-encoding");
      response.write("half");
    });
    const receive = () => ({
      reserve: () => Buffer.alloc(100),
      commit: () => transport.close(),
    });
    await assert.rejects(transport.exchange(request(port, { receive })), ConnectionError);
  });

  it("ends with the signal's reason", async () => {
    const port = await listen(net.createServer(() => undefined));
    const signal = AbortSignal.timeout(50);
    await assert.rejects(transport.exchange(request(port, { signal })), { name: "TimeoutError" });
  });

  async function serve(handler: http.RequestListener): Promise<number> {
    return listen(http.createServer(handler));
  }

  async function listen(server: net.Server): Promise<number> {
    const sockets = new Set<net.Socket>();
    server.on("connection", (socket) => sockets.add(socket.on("error", () => undefined)));
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }
});

function request(port: number, given: Partial<HttpRequest>): HttpRequest {
  const length = given.body ? { "content-length": String(given.body.sizeBytes) } : {};
  const headers = { host: `127.0.0.1:${port}`, ...length, ...given.headers };
  return { protocol: "http:", hostname: "127.0.0.1", port, method: "GET", target: "/", ...given, headers };
}

function body(...texts: string[]): Body {
  const chunks = texts.map((text) => Buffer.from(text));
  return { sizeBytes: Buffer.concat(chunks).length, chunks: () => chunks };
}
