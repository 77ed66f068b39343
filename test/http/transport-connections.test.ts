import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { ConnectionError } from "../../src/http/connection-error.ts";
import type { Body } from "../../src/http/messages.ts";
import { bodyOf, ROUTES, reset, transportBench } from "./transport-bench.ts";

for (const route of ROUTES) {
  describe(`the transport ${route.title}, its connections`, () => {
    const bench = transportBench(route);

    it("uses few connections again and again", async () => {
      const sockets = new Set<unknown>();
      const port = await bench.serve((request, response) => {
        sockets.add(request.socket);
        request.resume().on("end", () => response.end());
      });
      const exchange = () => bench.transport.exchange(bench.request(port, { method: "PUT", body: bodyOf("x") }));
      await Promise.all(Array.from({ length: 50 }, exchange));
      assert.equal(sockets.size, 4);
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
        const port = await bench.listen(net.createServer(onConnection));
        const impatient = bench.open({ idleTimeoutMs: 1000 });
        await assert.rejects(
          (code === "ETIMEDOUT" ? impatient : bench.transport).exchange(bench.request(port, {})),
          (error: ConnectionError) =>
            error instanceof ConnectionError && error.systemCode === code && error.hostname === "127.0.0.1",
        );
      });
    }

    it("takes a refusal that ends with a reset, as from a server that does not read the request", async () => {
      const refusal = "HTTP/1.0 407 No\r\nConnection: close\r\n\r\n<html>no</html>";
      const refuse = (socket: net.Socket) =>
        socket.once("data", () => socket.write(refusal, () => setTimeout(() => reset(socket), 200)));
      const port = await bench.listen(net.createServer(refuse));
      const response = await bench.transport.exchange(bench.request(port, { method: "PUT", body: bodyOf("x") }));
      assert.deepEqual([response.status, String(response.body)], [407, "<html>no</html>"]);
    });

    it("gives up a server that sends hardly anything, but not one that is a little faster", async () => {
      const port = await bench.serve(({ url = "" }, response) => {
        const piece = Buffer.alloc(url === "/slow" ? 1 : 1024);
        let left = 60;
        response.writeHead(200, { "content-length": 60 * piece.length });
        const timer = setInterval(() => (--left > 0 ? response.write(piece) : response.end(piece)), 50);
        response.on("close", () => clearInterval(timer));
      });
      const impatient = bench.open({ idleTimeoutMs: 1000 });
      const { body } = await impatient.exchange(bench.request(port, { target: "/fast" }));
      assert.equal(body.length, 60 * 1024);
      await assert.rejects(
        impatient.exchange(bench.request(port, { target: "/slow" })),
        /^ConnectionError: no answer from 127\.0\.0\.1: less than 1 KiB\/s was received for 1 s|^ProxyError: .*less than 1 KiB\/s/,
      );
    });

    it("lets the answer to a write come slowly: a store sends spaces until its work is done", async () => {
      const port = await bench.serve((incoming, response) => {
        incoming.resume();
        response.writeHead(200);
        let left = 60;
        const timer = setInterval(() => (--left > 0 ? response.write(" ") : response.end("<Done/>")), 50);
        response.on("close", () => clearInterval(timer));
      });
      const { body } = await bench.open({ idleTimeoutMs: 1000 }).exchange(bench.request(port, { method: "POST" }));
      assert.equal(body.toString().trim(), "<Done/>");
    });

    it("uses no connection again on which more came than was asked for, or that the server ends", async () => {
      const extras = ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""];
      let connections = 0;
      const ends: Promise<unknown>[] = [];
      const port = await bench.listen(
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
        answers.push(String((await bench.transport.exchange(bench.request(port, {}))).body));
        if (index < 2) await ends[index];
      }
      assert.deepEqual(answers, ["1", "2", "3"]);
    });

    it("ends a request that waits for a connection, and lets the others have their turn", async () => {
      let release: (() => void)[] = [];
      const port = await bench.serve((_request, response) => release.push(() => response.end("x")));
      const stop = new AbortController();
      const started = Array.from({ length: 4 }, () => bench.transport.exchange(bench.request(port, {})));
      const waiting = bench.transport.exchange(bench.request(port, { signal: stop.signal }));
      const behind = bench.transport.exchange(bench.request(port, {}));
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

    it("takes no answer for whole because it was itself closed", async () => {
      const port = await bench.serve((_request, response) => {
        response.setHeader("connection", "close").removeHeader("transfer-encoding");
        response.write("half");
      });
      const receive = () => ({
        reserve: () => Buffer.alloc(100),
        commit: () => bench.transport.close(),
      });
      await assert.rejects(bench.transport.exchange(bench.request(port, { receive })), ConnectionError);
    });

    it("waits for a slow source and a slow receiver longer than for the network", async () => {
      const port = await bench.serve((incoming, response) => incoming.resume().on("end", () => response.end("answer")));
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
      const impatient = bench.open({ idleTimeoutMs: 1000 });
      assert.equal((await impatient.exchange(bench.request(port, { method: "PUT", body: slow, receive }))).status, 200);
    });

    it("gives up a network at rest, though this machine was waited for before", async () => {
      const port = await bench.serve((incoming, response) =>
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
      const impatient = bench.open({ idleTimeoutMs: 300 });
      await assert.rejects(impatient.exchange(bench.request(port, { method: "PUT", body: slow })), {
        systemCode: "ETIMEDOUT",
      });
    });

    it("ends requests that wait for a connection when it is closed, and opens none for them", async () => {
      let connections = 0;
      const port = await bench.listen(
        net.createServer(() => {
          connections++;
        }),
      );
      const narrow = bench.open({ maxConnections: 1 });
      const running = [1, 2, 3].map(() => narrow.exchange(bench.request(port, {})));
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
      let answers = false;
      const port = await bench.listen(
        net.createServer((socket) => {
          connections++;
          socket.on("data", () => answers && socket.end("HTTP/1.1 204 No Content\r\n\r\n"));
        }),
      );
      const narrow = bench.open({ maxConnections: 1 });
      const controller = new AbortController();
      const { signal } = controller;
      const ends = Promise.allSettled([1, 2, 3].map(() => narrow.exchange(bench.request(port, { signal }))));
      while (connections === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      controller.abort("cancelled");
      assert.deepEqual(
        (await ends).map((end) => end.status === "rejected" && end.reason),
        ["cancelled", "cancelled", "cancelled"],
      );
      answers = true;
      assert.equal((await narrow.exchange(bench.request(port, {}))).status, 204);
      assert.equal(connections, 2);
    });

    it("ends with the signal's reason", async () => {
      const port = await bench.listen(net.createServer(() => undefined));
      const signal = AbortSignal.timeout(50);
      await assert.rejects(bench.transport.exchange(bench.request(port, { signal })), { name: "TimeoutError" });
    });
  });
}
