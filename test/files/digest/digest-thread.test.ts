import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { digestOf } from "../../../src/checksums/algorithms.ts";
import { type DigestRange, rangeAt } from "../../../src/files/digest/digest-range.ts";
import { DigestThread } from "../../../src/files/digest/digest-thread.ts";
import type { RangeResult } from "../../../src/files/digest/digest-worker.ts";

const tasks = fileURLToPath(new URL("../../../dist/extension/tasks", import.meta.url));

describe("a thread that digests", () => {
  let folder: string;
  let batch: DigestRange[];
  let expected: RangeResult[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "thread-"));
    const [path, missing] = [join(folder, "file"), join(folder, "missing")];
    writeFileSync(path, "123456789");
    batch = [
      rangeAt({ path, sizeBytes: 9, algorithm: "CRC64NVME" }, 0),
      rangeAt({ path, sizeBytes: 9, algorithm: "MD5", partSizeBytes: 4 }, 1),
      rangeAt({ path, sizeBytes: 8, algorithm: "MD5" }, 0),
      rangeAt({ path: missing, sizeBytes: 9, algorithm: "MD5" }, 0),
    ];
    const message = `ENOENT: no such file or directory, open '${missing}'`;
    expected = [
      digestOf("CRC64NVME", Buffer.from("123456789")).toString("latin1"),
      digestOf("MD5", Buffer.from("5678")).toString("latin1"),
      { failure: "changed" },
      { failure: { message, code: "ENOENT" } },
    ];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("answers each batch, in order", async () => {
    const thread = new DigestThread();
    const first = new Promise((resolve) => thread.send(batch, 100, resolve));
    const second = new Promise((resolve) => thread.send([], 50, resolve));
    assert.equal(thread.costBytes, 150);
    assert.deepEqual(await Promise.all([first, second]), [expected, []]);
    assert.equal(thread.costBytes, 0);
    await thread.end();
  });

  it("tells of the batches that it will not answer any more", async () => {
    const thread = new DigestThread();
    const answer = new Promise((resolve) => thread.send(batch, 100, resolve));
    await thread.end();
    assert.equal(await answer, undefined);
  });

  it("tells of the batches whose answer cannot be read", async () => {
    const started = once(process, "worker");
    const thread = new DigestThread();
    const [worker] = await started;
    const answer = new Promise((resolve) => thread.send(batch, 100, resolve));
    worker.emit("messageerror", new Error("cannot be read"));
    assert.equal(await answer, undefined);
  });

  it("comes with each packaged task", async () => {
    for (const task of readdirSync(tasks)) {
      const worker = new Worker(join(tasks, task, "digest-worker.js"));
      worker.postMessage(batch);
      assert.deepEqual(await once(worker, "message"), [expected]);
      await worker.terminate();
    }
  });
});
