import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import tls from "node:tls";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { localhostTls } from "../../local/s3/localhost-tls.ts";
import { digestOf } from "../../src/checksums/algorithms.ts";
import { BlockPool } from "../../src/files/block-pool.ts";
import { FileSink } from "../../src/files/byte-sink.ts";
import { openReadDisk, readFileRange } from "../../src/files/file-range.ts";
import type { BodyReceiver } from "../../src/http/body-receiver.ts";
import type { HttpRequest } from "../../src/http/messages.ts";
import { createTransport, type Transport, type TransportOptions } from "../../src/http/transport.ts";
import { maxTransferThreads } from "../../src/threads/thread-limit.ts";
import { ThreadLostError, TransferThreads } from "../../src/threads/transfer-threads.ts";
import { randomFrom } from "../random.ts";
import { type ForwardProxy, startForwardProxy } from "../stand-ins/proxy/forward-proxy.ts";

const ignored = () => undefined;
const tasks = fileURLToPath(new URL("../../dist/extension/tasks", import.meta.url));
const bytes = randomFrom(3).bytes(5_000_000);
const proxyUser = { name: "build", password: "pass%word" };

const routes: [title: string, protocol: "http:" | "https:", proxy?: true][] = [
  ["over http", "http:"],
  ["over http, through a proxy", "http:", true],
  ["over https, in a tunnel through a proxy", "https:", true],
];

for (const [title, protocol, hasProxy] of routes) {
  describe(`threads that transfer ${title}`, () => {
    let folder: string;
    let proxy: ForwardProxy | undefined;
    let options: TransportOptions;
    let own: Transport;
    let threads: TransferThreads;
    let source: FileHandle;
    let target: FileHandle;
    let closers: (() => unknown)[];
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "threads-"));
      proxy = hasProxy && (await startForwardProxy({ user: proxyUser, forbiddenHosts: ["127.0.0.2"] }));
      const user = `${proxyUser.name}:${encodeURIComponent(proxyUser.password)}@`;
      const proxyUrl = proxy && new URL(proxy.url.replace("://", `://${user}`));
      // To this host it goes without the password.
      const proxyFor = ({ hostname }: URL) => (hostname === "127.0.0.3" ? proxy && new URL(proxy.url) : proxyUrl);
      const network = { proxyFor, authorities: localhostTls.cert, skipsValidation: false };
      options = { maxConnections: 4, idleTimeoutMs: 30_000, network };
      own = createTransport(options);
      const onLost = (error: Error) => assert.fail(error);
      threads = new TransferThreads({ transport: options, ownCarrier: own, maxThreads: 1, minBytes: 0, onLost });
      threads.expect(1);
      closers = [];
    });
    beforeEach(async () => {
      writeFileSync(join(folder, "source"), bytes);
      source = await open(join(folder, "source"));
      target = await open(join(folder, "target"), "w");
    });
    afterEach(async () => {
      await source.close();
      await target.close();
      for (const close of closers.splice(0)) await close();
    });
    after(async () => {
      await threads.close();
      own.close();
      await proxy?.close();
      rmSync(folder, { recursive: true });
    });

    function request(port: number, more: Partial<HttpRequest> = {}): HttpRequest {
      const host = more.hostname ?? "127.0.0.1";
      return { protocol, hostname: host, port, method: "GET", target: "/", headers: { host }, ...more };
    }

    async function listen(onConnection: (socket: net.Socket) => void): Promise<number> {
      const sockets = new Set<net.Socket>();
      const server = protocol === "http:" ? net.createServer() : tls.createServer(localhostTls);
      server.on(protocol === "http:" ? "connection" : "secureConnection", (socket: net.Socket) => {
        sockets.add(socket.on("error", () => undefined));
        onConnection(socket);
      });
      server.listen(0, "0.0.0.0");
      await once(server, "listening");
      closers.push(() => {
        for (const socket of sockets) socket.destroy();
        server.close();
      });
      return (server.address() as AddressInfo).port;
    }

    async function serve(handler: http.RequestListener): Promise<number> {
      const server = http.createServer(handler);
      return listen((socket) => server.emit("connection", socket));
    }

    const body = (startByte: number, sizeBytes: number) => ({
      sizeBytes,
      chunks: () =>
        readFileRange(source, startByte, sizeBytes, { pool: new BlockPool(), disk: openReadDisk() }, ignored),
    });
    const put = (port: number, startByte: number, sizeBytes: number, more: Partial<HttpRequest> = {}) => {
      const headers = { host: more.hostname ?? "127.0.0.1", "content-length": String(sizeBytes) };
      return request(port, { method: "PUT", body: body(startByte, sizeBytes), headers, ...more });
    };
    const stretch = (startByte: number, sizeBytes: number) => ({ descriptor: source.fd, startByte, sizeBytes });

    it("sends stretches of a file, several at a time", async () => {
      const port = await serve(async (incoming, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming) chunks.push(chunk);
        response.writeHead(200, { etag: '"e"' }).end(hash("sha256", Buffer.concat(chunks)));
      });
      const stretches = [0, 1_000_000, 2_500_000, 4_999_999, 17].map((startByte, index) => ({
        startByte,
        sizeBytes: Math.min(bytes.length - startByte, 700_000 * (index + 1)),
      }));
      const sentBytes = stretches.map(() => 0);
      const answers = await Promise.all(
        stretches.map(({ startByte, sizeBytes }, index) => {
          const onSent = (newBytes: number) => {
            sentBytes[index] = (sentBytes[index] as number) + newBytes;
          };
          return threads.sender(stretch(startByte, sizeBytes), () => onSent).exchange(put(port, startByte, sizeBytes));
        }),
      );
      assert.deepEqual(
        sentBytes,
        stretches.map(({ sizeBytes }) => sizeBytes),
      );
      assert.deepEqual(
        answers.map((answer) => [answer.status, answer.headers.etag, String(answer.body)]),
        stretches.map(({ startByte, sizeBytes }) => [
          200,
          '"e"',
          hash("sha256", bytes.subarray(startByte, startByte + sizeBytes)),
        ]),
      );
    });

    it("writes what it receives to its place, digests it, and goes on in the next answer where one broke off", async () => {
      let answers = 0;
      const port = await serve(({ headers }, response) => {
        const start = Number(/bytes=(\d+)-/.exec(headers.range ?? "")?.[1]);
        const isFirst = answers++ === 0;
        response.writeHead(206, { "content-length": bytes.length - start });
        if (isFirst)
          response.write(bytes.subarray(start, 3_000_000), () => setTimeout(20).then(() => reset(response.socket)));
        else response.end(bytes.subarray(start));
      });
      let progressBytes = 0;
      const sink = threads.receiver(
        { descriptor: target.fd, startByte: 7, sizeBytes: bytes.length },
        "CRC64NVME",
        (sizeBytes) => (progressBytes += sizeBytes),
      );
      assert.ok(sink);
      const heads: number[] = [];
      let receivedBytes = 0;
      const receiver: BodyReceiver = {
        reserve: () => sink.reserve(),
        commit(sizeBytes) {
          receivedBytes += sizeBytes;
          return sink.commit(sizeBytes);
        },
      };
      const get = () =>
        sink.carrier.exchange(
          request(port, {
            headers: { host: "127.0.0.1", range: `bytes=${receivedBytes}-` },
            receive: ({ status }) => {
              heads.push(status);
              return receiver;
            },
          }),
        );
      await assert.rejects(get(), { systemCode: "ECONNRESET" });
      assert.ok(receivedBytes > 0 && receivedBytes <= 3_000_000, `${receivedBytes} bytes came first`);
      assert.equal((await get()).status, 206);
      await sink.flush();
      await sink.close();
      assert.deepEqual(heads, [206, 206]);
      assert.deepEqual([sink.writtenBytes, receivedBytes, progressBytes], [bytes.length, bytes.length, bytes.length]);
      assert.deepEqual(sink.digest, digestOf("CRC64NVME", bytes));
      assert.ok(readFileSync(join(folder, "target")).subarray(7).equals(bytes));
    });

    it("reports the few bytes that a slow connection brings before the answer is complete", async () => {
      const hasReport = new EventEmitter();
      const port = await serve(async (_request, response) => {
        const firstReport = once(hasReport, "first");
        response.writeHead(200, { "content-length": 3 }).write("a");
        await setTimeout(1_100);
        response.write("b");
        // Without a report, the answer never ends.
        await firstReport;
        response.end("c");
      });
      let receivedBytes = 0;
      const sink = threads.receiver({ descriptor: target.fd, startByte: 0, sizeBytes: 3 }, undefined, (sizeBytes) => {
        receivedBytes += sizeBytes;
        hasReport.emit("first");
      });
      assert.ok(sink);
      await sink.carrier.exchange(request(port, { receive: () => sink }));
      await sink.flush();
      await sink.close();
      assert.equal(receivedBytes, 3);
      assert.equal(readFileSync(join(folder, "target"), "latin1"), "abc");
    });

    it("does not give a refusal's body to the file", async () => {
      const port = await serve((_request, response) => response.writeHead(404, { a: "b" }).end("<Error/>"));
      const sink = threads.receiver({ descriptor: target.fd, startByte: 0, sizeBytes: 9 }, undefined, unwanted);
      const receive = () => assert.fail("it was called");
      const answer = await sink?.carrier.exchange(request(port, { receive }));
      await sink?.close();
      assert.deepEqual([answer?.status, answer?.headers.a, String(answer?.body)], [404, "b", "<Error/>"]);
    });

    it("lets the caller decide about an answer before its bytes are in the file", async () => {
      const port = await serve((_request, response) => response.end(bytes));
      const sink = threads.receiver({ descriptor: target.fd, startByte: 0, sizeBytes: 9 }, undefined, unwanted);
      const refusal = new RangeError("not these");
      const receive = () => {
        throw refusal;
      };
      const failed = await sink?.carrier.exchange(request(port, { receive })).catch((error: unknown) => error);
      await sink?.flush();
      await sink?.close();
      assert.equal(failed, refusal);
      assert.equal(readFileSync(join(folder, "target")).length, 0);
    });

    it("ends a request when its signal is aborted, with the signal's reason, when the file is at rest", async () => {
      const port = await serve((_request, response) => void response.writeHead(200).write(bytes));
      const stop = new AbortController();
      const sink = threads.receiver({ descriptor: target.fd, startByte: 0, sizeBytes: 9 }, undefined, () =>
        stop.abort(new RangeError("enough")),
      );
      assert.ok(sink);
      const receive = () => sink;
      await assert.rejects(sink.carrier.exchange(request(port, { receive, signal: stop.signal })), RangeError);
      await assert.rejects(sink.carrier.exchange(request(port, { receive, signal: stop.signal })), RangeError);
      await sink.close();
    });

    const failures: [title: string, failing: () => Promise<HttpRequest> | HttpRequest, startByte?: number][] = [
      ["a reset", async () => put(await listen((socket) => socket.on("data", () => reset(socket))), 0, 2_000)],
      ["an answer that is not HTTP", async () => put(await listen((socket) => socket.end("SSH-2.0-x\r\n")), 0, 2_000)],
      ["a port on which nobody listens", () => put(1, 0, 2_000)],
      ["a host that a proxy forbids", () => put(1, 0, 2_000, { hostname: "127.0.0.2" })],
      ["a proxy that wants another password", () => put(1, 0, 2_000, { hostname: "127.0.0.3" })],
      ["a header that holds another", () => put(1, 0, 2_000, { headers: { note: "a\r\nx: y" } })],
      [
        "a file that is shorter than it was",
        async () => put(await serve((incoming) => incoming.resume()), 4_999_000, 2_000),
        4_999_000,
      ],
      [
        "an answer of more than 16 MiB",
        async () => {
          const answer = Buffer.alloc(16 * 1024 ** 2 + 1);
          return put(
            await serve((incoming, response) => incoming.resume().on("end", () => response.end(answer))),
            0,
            2_000,
          );
        },
      ],
    ];
    for (const [failure, failing, startByte = 0] of failures) {
      it(`fails at ${failure} as the calling thread does`, async () => {
        const failingRequest = await failing();
        const expected = await outcomeOf(own.exchange(failingRequest));
        assert.deepEqual(
          await outcomeOf(threads.sender(stretch(startByte, 2_000), () => ignored).exchange(failingRequest)),
          expected,
        );
      });
    }

    it("fails at a file that takes no bytes as the calling thread does", async () => {
      const port = await serve((_request, response) => response.end(bytes));
      const ownSink = new FileSink(source, 0, new BlockPool(), () => undefined);
      const expected = await outcomeOf(own.exchange(request(port, { receive: () => ownSink })));
      await ownSink.close();
      const sink = threads.receiver(stretch(0, 9), undefined, () => undefined);
      assert.ok(sink);
      const told = await outcomeOf(sink.carrier.exchange(request(port, { receive: () => sink })));
      await sink.close();
      assert.equal(told.code, "EBADF");
      assert.deepEqual(told, expected);
    });
  });
}

describe("threads that transfer", () => {
  it("leave their work to the calling thread when they are lost, and small work from the start", async () => {
    const server = http.createServer((incoming, response) => {
      if (incoming.method === "PUT") incoming.resume().on("end", () => response.end("done"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const options = { maxConnections: 4, idleTimeoutMs: 30_000 };
    const own = createTransport(options);
    const onLost = () => assert.fail("the end of a step is no loss");
    const threads = new TransferThreads({ transport: options, ownCarrier: own, maxThreads: 2, minBytes: 100, onLost });
    const path = join(mkdtempSync(join(tmpdir(), "threads-")), "file");
    const file = await open(path, "w");
    const target = { descriptor: file.fd, startByte: 0, sizeBytes: 9 };
    threads.expect(99);
    assert.equal(threads.receiver(target, undefined, unwanted), undefined);
    threads.expect(1);
    const sink = threads.receiver(target, undefined, unwanted);
    assert.ok(sink);
    const about = { protocol: "http:", hostname: "127.0.0.1", port, target: "/", headers: { host: "x" } } as const;
    const receiving = sink.carrier.exchange({ ...about, method: "GET", receive: () => sink });
    const chunks = () => [Buffer.from("123456789")];
    const sending = threads
      .sender(target, () => ignored)
      .exchange({
        ...about,
        headers: { ...about.headers, "content-length": "9" },
        method: "PUT",
        body: { sizeBytes: 9, chunks },
      });
    const lost = assert.rejects(receiving, ThreadLostError);
    await threads.close();
    await lost;
    assert.equal(String((await sending).body), "done");
    await sink.close();
    assert.equal(threads.receiver(target, undefined, unwanted), undefined);
    own.close();
    server.close();
    await file.close();
  });

  it("come with each packaged task, and write nothing to its output", async () => {
    for (const task of readdirSync(tasks)) {
      const workerData = { maxConnections: 1, idleTimeoutMs: 1_000, network: { skipsValidation: true } };
      const worker = new Worker(join(tasks, task, "transfer-worker.js"), { workerData });
      const request = { protocol: "http:", hostname: "127.0.0.1", port: 1, method: "GET", target: "/", headers: {} };
      worker.postMessage({ kind: "exchange", call: 5, request });
      const reason = "connect ECONNREFUSED 127.0.0.1:1";
      const failure = { kind: "connection", systemCode: "ECONNREFUSED", hostname: "127.0.0.1", reason };
      assert.deepEqual(await once(worker, "message"), [{ kind: "failure", call: 5, failure }]);
      await worker.terminate();
    }
  });

  it("are as many as the cores, at most four, and none where there is one core or little memory", () => {
    const MIB = 1024 ** 2;
    const limits = [1, 2, 3, 64].map((cores) => maxTransferThreads({ cores, memoryBytes: undefined }));
    assert.deepEqual(limits, [0, 2, 3, 4]);
    const byMemory = [0, 512 * MIB, 513 * MIB, 2 ** 60].map((memoryBytes) =>
      maxTransferThreads({ cores: 2, memoryBytes }),
    );
    assert.deepEqual(byMemory, [2, 0, 2, 2]);
  });
});

function reset(socket: net.Socket | null): void {
  if (socket instanceof tls.TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
}

/** All that is known of an error, its class by its name; or the answer, for example of a proxy that refuses. */
async function outcomeOf(work: Promise<unknown>): Promise<Record<string, unknown>> {
  type Failure = Error & {
    readonly cause?: Error;
    readonly proxy?: { readonly host: string; readonly source: string };
  };
  const { answer, error } = await work.then(
    (value) => ({ answer: value, error: undefined }),
    (reason: unknown) => ({ answer: undefined, error: reason as Failure }),
  );
  if (!error) return { answer };
  const { proxy, ...fields } = error;
  return {
    ...fields,
    message: error.message,
    name: error.name,
    class: error.constructor === TypeError ? Error : error.constructor,
    cause: error.cause?.message,
    proxy: proxy && { host: proxy.host, source: proxy.source },
  };
}

function unwanted(): void {
  assert.fail("bytes came");
}
