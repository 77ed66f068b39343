import assert from "node:assert/strict";
import { hash } from "node:crypto";
import type http from "node:http";
import net from "node:net";
import type { BodyReceiver } from "../../src/http/body-receiver.ts";
import { ConnectionError } from "../../src/http/connection-error.ts";
import type { Body } from "../../src/http/messages.ts";
import { randomFrom } from "../random.ts";
import { bodyOf, ROUTES, reset, transportBench } from "./transport-bench.ts";

for (const route of ROUTES) {
  describe(`the transport ${route.title}`, () => {
    const bench = transportBench(route);

    it("sends the path, the headers and the body as they are, and reads the answer", async () => {
      let seen: unknown;
      const port = await bench.serve(async (request, response) => {
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
      const response = await bench.transport.exchange(
        bench.request(port, {
          method: "PUT",
          target: "/a/../b%20c?x=%2F",
          headers: { note: "n" },
          body: bodyOf("one", "two"),
        }),
      );
      assert.deepEqual(seen, { method: "PUT", url: "/a/../b%20c?x=%2F", note: "n", body: "onetwo" });
      assert.deepEqual([response.status, response.headers.etag, String(response.body)], [201, '"x"', "answer"]);
    });

    it("takes an answer that comes before the body is sent", async () => {
      const port = await bench.serve((_request, response) => response.writeHead(403).end("no"));
      const chunk = Buffer.alloc(64 * 1024);
      const large: Body = { sizeBytes: 4000 * chunk.length, chunks: () => Array.from({ length: 4000 }, () => chunk) };
      const response = await bench.transport.exchange(bench.request(port, { method: "PUT", body: large }));
      assert.equal(response.status, 403);
    });

    it("takes no document without its end for whole, if only the end of the connection ends it", async () => {
      const document = '<?xml version="1.0"?>\n<Result xmlns="x"><Key>a</Key></Result>';
      const port = await bench.serve((message, response) => {
        response.setHeader("connection", "close").removeHeader("transfer-encoding");
        response.writeHead(200, { "content-type": "application/xml" });
        response.end(message.url === "/whole" ? `${document}\n` : document.slice(0, Number(message.url?.slice(1))));
      });
      const whole = await bench.transport.exchange(bench.request(port, { target: "/whole" }));
      assert.equal(whole.body.toString(), `${document}\n`);
      for (const sizeBytes of [10, 30, 50, document.length - 1]) {
        const target = `/${sizeBytes}`;
        await assert.rejects(
          bench.transport.exchange(bench.request(port, { target })),
          { systemCode: "ECONNRESET" },
          target,
        );
      }
    });

    it("keeps no answer of more than 16 MiB, whatever its status", async () => {
      for (const status of [200, 404]) {
        const port = await bench.serve((_request, response) => {
          response.writeHead(status).end(Buffer.alloc(16 * 1024 ** 2 + 1));
        });
        await assert.rejects(bench.transport.exchange(bench.request(port, {})), {
          name: "CodedError",
          code: "response-not-recognized",
          message: /^the answer is larger than 16 MiB/,
        });
      }
    });

    it("tells of an answer that breaks off only when its receiver is at rest", async () => {
      const port = await bench.serve((_request, response) => {
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
      await assert.rejects(bench.transport.exchange(bench.request(port, { receive })), ConnectionError);
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
      const port = await bench.serve(send);
      const single = bench.open({ maxConnections: 1 });
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
        const answer = await single.exchange(bench.request(port, { target, receive: () => receiver }));
        assert.deepEqual([answer.status, answer.body.length], [200, 0]);
        assert.ok(Buffer.concat(received).equals(content));
      }
      assert.equal(sockets.size, 1);
    });

    it("does not give a refusal's body to the receiver", async () => {
      const port = await bench.serve((_request, response) => response.writeHead(404).end("<Error/>"));
      const receive = () => assert.fail("it was called");
      const answer = await bench.transport.exchange(bench.request(port, { receive }));
      assert.deepEqual([answer.status, String(answer.body)], [404, "<Error/>"]);
    });

    it("sends bodies of all sizes whole", async () => {
      const port = await bench.serve(async (incoming, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming) chunks.push(chunk);
        response.end(hash("sha256", Buffer.concat(chunks)));
      });
      const bytes = randomFrom(8).bytes(700_000);
      for (const sizeBytes of [0, 1, 60_000, 65_300, 65_400, 65_536, 262_144, 700_000]) {
        const sent = bytes.subarray(0, sizeBytes);
        const half = Math.floor(sizeBytes / 2);
        for (const chunks of [[sent], [sent.subarray(0, half), sent.subarray(half)]]) {
          const answer = await bench.transport.exchange(
            bench.request(port, { method: "PUT", body: { sizeBytes, chunks: () => chunks } }),
          );
          assert.equal(String(answer.body), hash("sha256", sent), `${sizeBytes} bytes`);
        }
      }
    });

    it("sends no header and no target that holds another", async () => {
      const port = await bench.serve(() => assert.fail("something was sent"));
      for (const given of [
        { headers: { note: "a\r\nx: y" } },
        { headers: { "a: b\r\nc": "d" } },
        { target: "/ HTTP/1.1\r\n" },
      ]) {
        await assert.rejects(bench.transport.exchange(bench.request(port, given)), TypeError);
      }
    });

    it("passes on what the body's source throws, as it is", async () => {
      const port = await bench.serve((request) => request.resume());
      const failing: Body = {
        sizeBytes: 10,
        async *chunks() {
          yield Buffer.from("abc");
          throw new RangeError("the file is gone");
        },
      };
      await assert.rejects(bench.transport.exchange(bench.request(port, { method: "PUT", body: failing })), RangeError);
    });

    it("is not settled before the body's source is at rest", async () => {
      const port = await bench.listen(net.createServer((socket) => socket.once("data", () => reset(socket))));
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
      await assert.rejects(bench.transport.exchange(bench.request(port, { method: "PUT", body: slow })), {
        systemCode: "ECONNRESET",
      });
      assert.equal(isAtWork, false);
    });

    it("asks for no memory behind a body that ends with the connection", async () => {
      const port = await bench.serve((_request, response) => {
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
      assert.equal((await bench.transport.exchange(bench.request(port, { receive }))).status, 200);
      assert.equal(String(memory), "12345");
    });
  });
}
