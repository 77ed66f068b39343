import assert from "node:assert/strict";
import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { FaultAction, FaultMatch } from "../../../local/s3/server.ts";
import { refusalOf } from "../../conformance/conformance.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../../target.ts";

const slowDown: FaultAction = { kind: "status", status: 503, code: "SlowDown" };
const busy = { status: 503, code: "SlowDown" };

describe("A fault rule of the embedded S3 server", () => {
  let target: EmbeddedTarget;
  let bucket: string;

  beforeEach(async () => {
    target = await startEmbeddedTarget();
    bucket = await target.newBucket();
    await put("k");
    target.server.clearRequests();
  });

  afterEach(() => target.stop());

  function put(Key: string, Body = "content") {
    return target.client().send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  }

  async function get(Key: string): Promise<string> {
    const { Body } = await target.client().send(new GetObjectCommand({ Bucket: bucket, Key }));
    return (await Body?.transformToString()) ?? "";
  }

  function exists(Key: string): Promise<boolean> {
    return target
      .client()
      .send(new HeadObjectCommand({ Bucket: bucket, Key }))
      .then(
        () => true,
        () => false,
      );
  }

  it("answers an error, with its headers, without doing the work", async () => {
    const action = { ...slowDown, message: "Please reduce your request rate.", headers: { "retry-after": "1" } };
    const fault = target.server.addFault({ match: { operation: "PutObject" }, action });
    await assert.rejects(put("new"), { name: "SlowDown", message: "Please reduce your request rate." });
    fault.remove();
    assert.equal(await exists("new"), false);
    const [seen] = target.server.requests;
    assert.deepEqual([seen?.status, seen?.errorCode, seen?.bytesReceived], [503, "SlowDown", 7]);
  });

  it("acts so many times, after so many requests have passed, and counts", async () => {
    const fault = target.server.addFault({ match: { operation: "PutObject" }, after: 1, times: 2, action: slowDown });
    await put("1");
    assert.deepEqual(await refusalOf(put("2")), busy);
    assert.deepEqual(await refusalOf(put("3")), busy);
    await put("4");
    assert.equal(fault.hits, 2);
  });

  it("acts no more when it has been removed", async () => {
    const fault = target.server.addFault({ match: {}, action: slowDown });
    assert.deepEqual(await refusalOf(put("1")), busy);
    fault.remove();
    await put("1");
    assert.equal(fault.hits, 1);
  });

  const matches: readonly (readonly [what: string, match: FaultMatch, hit: string, miss: string])[] = [
    ["an operation", { operation: "PutObject" }, "put k", "get k"],
    ["one of several operations", { operation: ["HeadObject", "PutObject"] }, "put k", "get k"],
    ["a key", { key: "k" }, "get k", "get l"],
    ["a pattern of keys", { key: /^l/g }, "get l", "get k"],
    ["a method", { method: "GET" }, "get k", "put k"],
    ["a bucket", { bucket: "another-bucket" }, "list another", "get k"],
  ];
  for (const [what, match, hit, miss] of matches) {
    it(`acts on ${what} alone`, async () => {
      await put("l");
      target.server.createBucket("another-bucket");
      target.server.addFault({ match, action: slowDown });
      const requests: Readonly<Record<string, () => Promise<unknown>>> = {
        "put k": () => put("k"),
        "get k": () => get("k"),
        "get l": () => get("l"),
        "list another": () => target.client().send(new ListObjectsV2Command({ Bucket: "another-bucket" })),
      };
      for (let round = 0; round < 2; round++) {
        assert.deepEqual(await refusalOf(requests[hit]?.() ?? Promise.resolve()), busy);
        await requests[miss]?.();
      }
    });
  }

  it("acts on one part of a multipart upload alone", async () => {
    target.server.addFault({ match: { partNumber: 2 }, action: slowDown });
    const upload = { Bucket: bucket, Key: "parts" };
    const { UploadId } = await target.client().send(new CreateMultipartUploadCommand(upload));
    const part = (PartNumber: number) =>
      target.client().send(new UploadPartCommand({ ...upload, UploadId, PartNumber, Body: "part" }));
    await part(1);
    assert.deepEqual(await refusalOf(part(2)), busy);
    await part(3);
  });

  it("delays the work", async () => {
    target.server.addFault({ match: { operation: "GetObject" }, action: { kind: "delay", delayMs: 50 } });
    const started = performance.now();
    assert.equal(await get("k"), "content");
    assert.ok(performance.now() - started >= 49);
  });

  for (const [when, isDone] of [
    ["beforeBody", false],
    ["duringBody", false],
    ["afterBody", false],
    ["afterWork", true],
  ] as const) {
    it(`resets the connection ${when}, with the work ${isDone ? "done" : "not done"}`, async () => {
      const match = { operation: "PutObject" };
      target.server.addFault({ match, times: 1, action: { kind: "reset", when } });
      await assert.rejects(put("reset"), (error: NodeJS.ErrnoException) => /ECONNRESET|EPIPE/.test(error.code ?? ""));
      assert.equal(target.server.requests[0]?.status, 0);
      assert.equal(await exists("reset"), isDone);
    });
  }

  it("cuts the body of an answer", async () => {
    await put("large", "x".repeat(1_000_000));
    target.server.addFault({
      match: { operation: "GetObject" },
      times: 1,
      action: { kind: "cutBody", afterBytes: 1000 },
    });
    const received = await readUntilCut("large");
    assert.ok(received <= 1000, `${received} bytes came through`);
    assert.equal((await get("large")).length, 1_000_000);
  });

  it("inverts one byte of the body of an answer", async () => {
    const action: FaultAction = { kind: "corrupt", byteIndex: 2 };
    target.server.addFault({ match: { operation: "GetObject" }, times: 1, action });
    const { Body } = await target.client().send(new GetObjectCommand({ Bucket: bucket, Key: "k" }));
    const received = Buffer.from((await Body?.transformToByteArray()) ?? []);
    assert.equal(received.toString("latin1"), `co${String.fromCharCode(0xff - "n".charCodeAt(0))}tent`);
    assert.equal(await get("k"), "content");
  });

  for (const work of ["done", "forgotten", "unread"] as const) {
    it(`sends something else in place of an answer, with the work ${work}`, async () => {
      let answer = "";
      const other = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
      const rewrite = (bytes: Buffer) => {
        answer = bytes.toString("latin1");
        return { bytes: Buffer.from(other), connection: "stay" } as const;
      };
      target.server.addFault({
        match: { operation: "PutObject" },
        times: 1,
        action: { kind: "rewrite", work, rewrite },
      });
      assert.equal((await refusalOf(put("other"))).status, 503);
      assert.match(answer, work === "done" ? /^HTTP\/1\.1 200 OK\r\n/ : /^HTTP\/1\.1 500 /);
      assert.equal(await exists("other"), work === "done");
    });
  }

  it("gives no answer until the server closes", async () => {
    target.server.addFault({ match: { operation: "GetObject" }, action: { kind: "hang" } });
    const unanswered = get("k");
    const outcome = unanswered.then(
      () => "answered",
      () => "connection lost",
    );
    await untilSeen("GetObject");
    await target.server.close();
    assert.equal(await outcome, "connection lost");
    target = await startEmbeddedTarget();
  });

  it("sends and reads slowly", async () => {
    const body = "x".repeat(2000);
    target.server.addFault({ match: { key: "slow" }, action: { kind: "slow", bytesPerSecond: 20_000 } });
    const started = performance.now();
    await put("slow", body);
    assert.ok(performance.now() - started >= 95);
    assert.equal(await get("slow"), body);
    assert.ok(performance.now() - started >= 190);
  });

  /** Reads an object until its connection breaks. @returns how many bytes came */
  async function readUntilCut(Key: string): Promise<number> {
    let received = 0;
    try {
      const { Body } = await target.client().send(new GetObjectCommand({ Bucket: bucket, Key }));
      for await (const chunk of Body as NodeJS.ReadableStream) received += chunk.length;
    } catch (error) {
      assert.match(String((error as NodeJS.ErrnoException).code), /ECONNRESET/);
      return received;
    }
    throw new Error("The body came whole.");
  }

  async function untilSeen(operation: string): Promise<void> {
    while (!target.server.requests.some((seen) => seen.operation === operation)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});
