import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import tls from "node:tls";
import { localhostTls } from "../../local/s3/localhost-tls.ts";
import type { BodyReceiver } from "../../src/http/body-receiver.ts";
import { ConnectionError } from "../../src/http/connection-error.ts";
import type { Body, HttpRequest } from "../../src/http/messages.ts";
import { createTransport, type Transport } from "../../src/http/transport.ts";
import { randomFrom } from "../random.ts";
import { startForwardProxy } from "../stand-ins/proxy/forward-proxy.ts";

const routes: [title: string, protocol: "http:" | "https:", proxy?: "http:" | "https:"][] = [
  ["over http", "http:"],
  ["over https", "https:"],
  ["over https, in a tunnel through a proxy", "https:", "http:"],
  ["over https, in a tunnel through a proxy that is spoken to over TLS", "https:", "https:"],
];

for (const [title, protocol, proxyProtocol] of routes) {
  describe(`the transport ${title}`, () => {
    let transport: Transport;
    let open: (options: { maxConnections?: number; idleTimeoutMs?: number }) => Transport;
    let closers: (() => unknown)[];
    beforeEach(async () => {
      closers = [];
      const proxy = proxyProtocol && (await startForwardProxy(proxyProtocol === "https:" ? { tls: localhostTls } : {}));
      const proxyUrl = proxy && new URL(proxy.url);
      const network = { proxyFor: () => proxyUrl, authorities: localhostTls.cert, skipsValidation: false };
      open = (options) => {
        const opened = createTransport({ maxConnections: 4, idleTimeoutMs: 30_000, network, ...options });
        closers.push(() => opened.close());
        return opened;
      };
      transport = open({});
      if (proxy) closers.push(() => proxy.close());
    });
    afterEach(async () => {
      for (const close of closers) await close();
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
      ["tells of a connection that is reset", "ECONNRESET", (socket) => socket.on("data", () => reset(socket))],
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
        const impatient = open({ idleTimeoutMs: 1000 });
        await assert.rejects(
          (code === "ETIMEDOUT" ? impatient : transport).exchange(request(port, {})),
          (error: ConnectionError) =>
            error instanceof ConnectionError && error.systemCode === code && error.hostname === "127.0.0.1",
        );
      });
    }

    it("takes a refusal that ends with a reset, as from a server that does not read the request", async () => {
      const refusal = "HTTP/1.0 407 No\r\nConnection: close\r\n\r\n<html>no</html>";
      const refuse = (socket: net.Socket) =>
        socket.once("data", () => socket.write(refusal, () => setTimeout(() => reset(socket), 200)));
      const port = await listen(net.createServer(refuse));
      const response = await transport.exchange(request(port, { method: "PUT", body: body("x") }));
      assert.deepEqual([response.status, String(response.body)], [407, "<html>no</html>"]);
    });

    it("gives up a server that sends hardly anything, but not one that is a little faster", async () => {
      const port = await serve(({ url = "" }, response) => {
        const piece = Buffer.alloc(url === "/slow" ? 1 : 1024);
        let left = 60;
        response.writeHead(200, { "content-length": 60 * piece.length });
        const timer = setInterval(() => (--left > 0 ? response.write(piece) : response.end(piece)), 50);
        response.on("close", () => clearInterval(timer));
      });
      const impatient = open({ idleTimeoutMs: 1000 });
      const { body } = await impatient.exchange(request(port, { target: "/fast" }));
      assert.equal(body.length, 60 * 1024);
      await assert.rejects(
        impatient.exchange(request(port, { target: "/slow" })),
        /^ConnectionError: no answer from 127\.0\.0\.1: less than 1 KiB\/s was received for 1 s|^ProxyError: .*less than 1 KiB\/s/,
      );
    });

    it("lets the answer to a write come slowly: a store sends spaces until its work is done", async () => {
      const port = await serve((incoming, response) => {
        incoming.resume();
        response.writeHead(200);
        let left = 60;
        const timer = setInterval(() => (--left > 0 ? response.write(" ") : response.end("<Done/>")), 50);
        response.on("close", () => clearInterval(timer));
      });
      const { body } = await open({ idleTimeoutMs: 1000 }).exchange(request(port, { method: "POST" }));
      assert.equal(body.toString().trim(), "<Done/>");
    });

    it("takes no document without its end for whole, if only the end of the connection ends it", async () => {
      const document = '<?xml version="1.0"?>\n<Result xmlns="x"><Key>a</Key></Result>';
      const port = await serve((message, response) => {
        response.setHeader("connection", "close").removeHeader("transfer-encoding");
        response.writeHead(200, { "content-type": "application/xml" });
        response.end(message.url === "/whole" ? `${document}\n` : document.slice(0, Number(message.url?.slice(1))));
      });
      const whole = await transport.exchange(request(port, { target: "/whole" }));
      assert.equal(whole.body.toString(), `${document}\n`);
      for (const sizeBytes of [10, 30, 50, document.length - 1]) {
        const target = `/${sizeBytes}`;
        await assert.rejects(transport.exchange(request(port, { target })), { systemCode: "ECONNRESET" }, target);
      }
    });

    it("keeps no answer of more than 16 MiB, whatever its status", async () => {
      for (const status of [200, 404]) {
        const port = await serve((_request, response) => {
          response.writeHead(status).end(Buffer.alloc(16 * 1024 ** 2 + 1));
        });
        await assert.rejects(transport.exchange(request(port, {})), {
          name: "CodedError",
          code: "response-not-recognized",
          message: /^the answer is larger than 16 MiB/,
        });
      }
    });

    it("tells of an answer that breaks off only when its receiver is at rest", async () => {
      const port = await serve((_request, response) => {
        response.writeHead(200, { "content-length": 1_000_000 });
        response.write(Buffer.alloc(500_000), () => setTimeout(() => reset(response.socket), 20));
      });
      let calls = 0;
      let isAtWork = false;
      const receive = () => ({
        reserve: () => Buffer.alloc(20_000),
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

    it("puts what comes into the receiver's memory, piece by piece, and waits for it", async () => {
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
      const port = await serve(send);
      const single = open({ maxConnections: 1 });
      for (const target of ["/length", "/chunks", "/close"]) {
        const received: Buffer[] = [];
        const memory = Buffer.alloc(10_000);
        let isAtWork = false;
        const receiver: BodyReceiver = {
          reserve: () => memory.subarray(0, 1 + (received.length % memory.length)),
          commit(sizeBytes) {
            assert.equal(isAtWork, false);
            received.push(Buffer.from(memory.subarray(0, sizeBytes)));
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
        const answer = await single.exchange(request(port, { target, receive: () => receiver }));
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
      const ends: Promise<unknown>[] = [];
      const port = await listen(
        net.createServer((socket) => {
          const extra = extras[connections++];
          ends.push(once(socket, "close"));
          socket.once("data", () => {
            socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${connections}${extra ?? ""}`);
            if (extra === "") socket.end();
          });
        }),
      );
      const answers: string[] = [];
      for (let index = 0; index < 3; index++) {
        answers.push(String((await transport.exchange(request(port, {}))).body));
        if (index < 2) await ends[index];
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

    it("is not settled before the body's source is at rest", async () => {
      const port = await listen(net.createServer((socket) => socket.once("data", () => reset(socket))));
      let isAtWork = false;
      const slow: Body = {
        sizeBytes: 10,
        async *chunks() {
          yield Buffer.from("12345");
          isAtWork = true;
          await new Promise((resolve) => setTimeout(resolve, 500));
          isAtWork = false;
          yield Buffer.from("67890");
        },
      };
      await assert.rejects(transport.exchange(request(port, { method: "PUT", body: slow })), {
        systemCode: "ECONNRESET",
      });
      assert.equal(isAtWork, false);
    });

    it("waits for a slow source and a slow receiver longer than for the network", async () => {
      const port = await serve((incoming, response) => incoming.resume().on("end", () => response.end("answer")));
      const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1500));
      const slow: Body = {
        sizeBytes: 2,
        async *chunks() {
          yield Buffer.from("a");
          await pause();
          yield Buffer.from("b");
        },
      };
      const receive = () => ({ reserve: () => Buffer.alloc(100), commit: pause });
      const impatient = open({ idleTimeoutMs: 1000 });
      assert.equal((await impatient.exchange(request(port, { method: "PUT", body: slow, receive }))).status, 200);
    });

    it("gives up a network at rest, though this machine was waited for before", async () => {
      const port = await serve((incoming, response) =>
        incoming.resume().on("end", () => response.write("half of the")),
      );
      const slow: Body = {
        sizeBytes: 2,
        async *chunks() {
          yield Buffer.from("a");
          await new Promise((resolve) => setTimeout(resolve, 700));
          yield Buffer.from("b");
        },
      };
      const impatient = open({ idleTimeoutMs: 300 });
      await assert.rejects(impatient.exchange(request(port, { method: "PUT", body: slow })), {
        systemCode: "ETIMEDOUT",
      });
    });

    it("ends requests that wait for a connection when it is closed, and opens none for them", async () => {
      let connections = 0;
      const port = await listen(
        net.createServer(() => {
          connections++;
        }),
      );
      const narrow = open({ maxConnections: 1 });
      const running = [1, 2, 3].map(() => narrow.exchange(request(port, {})));
      const ends = Promise.allSettled(running);
      while (connections === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      narrow.close();
      assert.deepEqual(
        (await ends).map((end) => (end.status === "rejected" ? end.reason.systemCode : end.status)),
        ["ECONNRESET", "ECONNABORTED", "ECONNABORTED"],
      );
      assert.equal(connections, 1);
    });

    it("opens no connection for a request that is cancelled with the one before it", async () => {
      let connections = 0;
      const port = await listen(
        net.createServer(() => {
          connections++;
        }),
      );
      const narrow = open({ maxConnections: 1 });
      const controller = new AbortController();
      const { signal } = controller;
      const ends = Promise.allSettled([1, 2, 3].map(() => narrow.exchange(request(port, { signal }))));
      while (connections === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      controller.abort("cancelled");
      assert.deepEqual(
        (await ends).map((end) => end.status === "rejected" && end.reason),
        ["cancelled", "cancelled", "cancelled"],
      );
      await narrow.exchange(request(port, { signal: AbortSignal.timeout(50) })).catch(() => undefined);
      assert.equal(connections, 2);
    });

    it("asks for no memory behind a body that ends with the connection", async () => {
      const port = await serve((_request, response) => {
        response.setHeader("connection", "close").removeHeader("transfer-encoding");
        response.end("12345");
      });
      const memory = Buffer.alloc(5);
      let takenBytes = 0;
      const receive = () => ({
        reserve: () => (takenBytes < 5 ? memory.subarray(takenBytes) : assert.fail("there is no more memory")),
        commit(sizeBytes: number) {
          takenBytes += sizeBytes;
        },
      });
      assert.equal((await transport.exchange(request(port, { receive }))).status, 200);
      assert.equal(String(memory), "12345");
    });

    it("ends with the signal's reason", async () => {
      const port = await listen(net.createServer(() => undefined));
      const signal = AbortSignal.timeout(50);
      await assert.rejects(transport.exchange(request(port, { signal })), { name: "TimeoutError" });
    });

    async function serve(handler: http.RequestListener): Promise<number> {
      return listen(http.createServer(handler));
    }

    /** Listens with TLS before the server, if the route has it. */
    async function listen(server: net.Server): Promise<number> {
      const sockets = new Set<net.Socket>();
      server.on("connection", (socket) => sockets.add(socket.on("error", () => undefined)));
      const front =
        protocol === "http:" ? server : tls.createServer(localhostTls, (socket) => server.emit("connection", socket));
      closers.push(() => {
        for (const socket of sockets) socket.destroy();
        front.close();
      });
      await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
      return (front.address() as AddressInfo).port;
    }

    function request(port: number, given: Partial<HttpRequest>): HttpRequest {
      const length = given.body ? { "content-length": String(given.body.sizeBytes) } : {};
      const headers = { host: `127.0.0.1:${port}`, ...length, ...given.headers };
      return { protocol, hostname: "127.0.0.1", port, method: "GET", target: "/", ...given, headers };
    }
  });
}

/** Ends a connection as a server does that crashes; with TLS, as a cable that is cut. */
function reset(socket: net.Socket | null): void {
  if (socket instanceof tls.TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
}

function body(...texts: string[]): Body {
  const chunks = texts.map((text) => Buffer.from(text));
  return { sizeBytes: Buffer.concat(chunks).length, chunks: () => chunks };
}
