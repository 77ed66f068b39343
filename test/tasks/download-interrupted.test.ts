import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { StepResult } from "../../local/agent/agent.ts";
import { assertDownloaded, assertFailedWith, downloadBench } from "./download-bench.ts";
import { connectionTo } from "./store-step.ts";
import { MIB, patternedBytes, putInParts } from "./stored-objects.ts";

const KIB = 1024;
const SMALL = 100 * KIB;
const MEDIUM = 3 * MIB;
const LARGE = 17 * MIB;
const WAY_OUT = "The file in the target folder was not changed.";

describe("AwsS3Download, where a body breaks off,", () => {
  const bench = downloadBench("embedded");

  for (const [title, sizeBytes] of [
    ["a small", SMALL],
    ["a medium", MEDIUM],
  ] as const) {
    it(`goes on with ${title} object where it was, if it is still the same one`, async () => {
      const bytes = patternedBytes(sizeBytes);
      await bench.put({ "a.bin": bytes });
      bench.fault({ operation: "GetObject" }, { kind: "cutBody", afterBytes: 40_000 }, { times: 2 });
      assertDownloaded(await bench.download(), { new: 1, bytes: sizeBytes });
      assert.deepEqual(bench.landing.read(), { "a.bin": bytes.toString("latin1") });
      const [list, ...gets] = bench.asked() ?? [];
      assert.equal(list, "ListObjectsV2");
      assertResumed(gets, sizeBytes);
    });
  }

  it("goes on with a piece of a large object where that was, and fetches no other again", async () => {
    const bytes = patternedBytes(LARGE);
    await bench.put({ "a.bin": bytes });
    bench.fault({ operation: "GetObject" }, { kind: "cutBody", afterBytes: 200_000 }, { times: 1 });
    assertDownloaded(await bench.download(), { new: 1, bytes: LARGE });
    assert.ok(bench.landing.bytesOf("a.bin").equals(bytes));
    const gets = (bench.asked() ?? []).filter((asked) => asked.startsWith("GetObject"));
    assert.equal(gets.length, 3, gets.join("\n"));
    const starts = gets.map((asked) => Number(/bytes=(\d+)-/.exec(asked)?.[1])).sort((a, b) => a - b);
    // Either range may be the one that broke off.
    const [resumed = 0, ...others] = starts.filter((start) => start % (16 * MIB) !== 0);
    assert.deepEqual(others, [], gets.join("\n"));
    assert.deepEqual(
      starts.filter((start) => start !== resumed),
      [0, 16 * MIB],
      gets.join("\n"),
    );
    assert.ok(resumed % (16 * MIB) <= 200_000, gets.join("\n"));
    assert.ok(gets.every((asked) => asked.endsWith(" if-match")));
  });

  it("skips what it has where the server cannot go on in the middle, and refuses pieces that are none", async () => {
    const small = patternedBytes(SMALL);
    const store = new StoreWithoutRanges({ "large.bin": patternedBytes(LARGE), "small.bin": small });
    const connections = [{ ...connectionTo(bench.target), url: await store.start() }];
    const result = await bench.download({}, { connections });
    store.stop();
    const advice = "Large objects need a store, and a proxy, that support Range requests";
    const starts = [0, 16 * MIB].map(
      (start) => `the task asked for the bytes from ${start}, but the server sent others`,
    );
    const [error = ""] = result.issues.map(({ message }) => message);
    assert.ok(
      starts.some((start) => error === `large.bin was not downloaded: ${start}. ${advice}. [range-not-supported]`),
      error,
    );
    assert.equal(result.outputVariables.filesDownloaded?.value, "1");
    assert.deepEqual(bench.landing.read(), { "small.bin": small.toString("latin1") });
    assert.deepEqual(store.cuts, 1);
  });
});

/** All but the first go on behind the start, only with the same object, and none starts before the one before it. */
function assertResumed(gets: readonly string[], sizeBytes: number): void {
  assert.match(gets[0] ?? "", /^GetObject a\.bin if-match$/);
  assert.equal(gets.length, 3);
  let latest = 0;
  for (const asked of gets.slice(1)) {
    const start = Number(/^GetObject a\.bin bytes=(\d+)- if-match$/.exec(asked)?.[1]);
    assert.ok(start > latest && start < sizeBytes, gets.join("\n"));
    latest = start;
  }
}

describe("AwsS3Download, where an object is replaced meanwhile,", () => {
  const bench = downloadBench("embedded");
  /** Replaces an object as soon as so many requests for it have come, which wait until that is done. */
  async function replacing(
    key: string,
    contents: readonly Buffer[],
    whenSeen: number,
    wait: () => Promise<StepResult>,
  ) {
    let release = hold(key);
    const running = wait();
    for (const [index, content] of contents.entries()) {
      await untilSeen("GetObject", key, whenSeen + index * whenSeen);
      await bench.put({ [key]: content });
      const isLast = index === contents.length - 1;
      const releaseNext = isLast ? () => undefined : hold(key);
      release();
      release = releaseNext;
    }
    return running;
  }

  /** @returns what lets the requests go on that have come for the object, and none wait any more. */
  function hold(key: string): () => void {
    let letGo = () => {};
    const until = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const fault = bench.fault({ operation: "GetObject", key }, { kind: "wait", until });
    return () => {
      fault.remove();
      letGo();
    };
  }

  async function untilSeen(operation: string, key: string, count: number): Promise<void> {
    const seen = () => bench.server.requests.filter((each) => each.operation === operation && each.key === key).length;
    for (let left = 1000; seen() < count && left > 0; left--) await sleep(10);
  }

  it("takes the new one, whole, where that came between the listing and the GET", async () => {
    await bench.put({ "a.txt": "the old one", "b.txt": "b" });
    const result = await replacing("a.txt", [Buffer.from("a new one, longer")], 1, () => bench.download());
    assertDownloaded(result, { new: 2, bytes: 18 });
    assert.deepEqual(bench.landing.read(), { "a.txt": "a new one, longer", "b.txt": "b" });
    assert.deepEqual(
      bench.requests.filter(({ key }) => key === "a.txt").map(({ method, status }) => `${method} ${status}`),
      ["GET 412", "PUT 200", "HEAD 200", "GET 200"],
    );
  });

  it("takes a large one that came in the place of a small one", async () => {
    const large = patternedBytes(LARGE);
    await bench.put({ "a.bin": "small" });
    assertDownloaded(await replacing("a.bin", [large], 1, () => bench.download()), { new: 1, bytes: LARGE });
    assert.ok(bench.landing.bytesOf("a.bin").equals(large));
  });

  it("mixes no ranges of two", async () => {
    const [old, young] = [Buffer.alloc(LARGE, "old"), Buffer.alloc(LARGE, "new")];
    await bench.put({ "a.bin": old });
    assertDownloaded(await replacing("a.bin", [young], 1, () => bench.download()), { new: 1, bytes: LARGE });
    assert.ok(bench.landing.bytesOf("a.bin").equals(young));
  });

  it("fails for one that is replaced again, and leaves what was there", async () => {
    await bench.put({ "a.txt": "1", "b.txt": "b" });
    bench.landing.write({ "a.txt": "as it was" });
    const contents = [Buffer.from("22"), Buffer.from("333")];
    assertFailedWith(
      await replacing("a.txt", contents, 1, () => bench.download()),
      [
        `a.txt was not downloaded: it was replaced while it was read. This happened twice. Run the step when the program that writes the object has finished. ${WAY_OUT} [object-changed]`,
      ],
      { new: 1, bytes: 1 },
    );
    assert.deepEqual(bench.landing.read(), { "a.txt": "as it was", "b.txt": "b" });
  });

  it("fails for one that is gone, and brings the others", async () => {
    await bench.put({ "a.txt": "a", "b.txt": "b" });
    bench.landing.write({ "a.txt": "as it was" });
    bench.fault({ operation: "GetObject", key: "a.txt" }, { kind: "delay", delayMs: 250 });
    const running = bench.download();
    await untilSeen("GetObject", "a.txt", 1);
    await bench.remove("a.txt");
    assertFailedWith(
      await running,
      [
        "a.txt was not downloaded: The specified key does not exist (404 NoSuchKey). There is no such object. Check whether another process deletes objects there while the step runs. [object-not-found]",
      ],
      { new: 1, bytes: 1 },
    );
    assert.deepEqual(bench.landing.read(), { "a.txt": "as it was", "b.txt": "b" });
  });

  it("downloads multipart objects of no bytes", async () => {
    await putInParts(bench.target, bench.bucket, "md5.bin", [Buffer.alloc(0)]);
    await putInParts(bench.target, bench.bucket, "sha.bin", [Buffer.alloc(0)], { ChecksumAlgorithm: "SHA256" });
    await putInParts(bench.target, bench.bucket, "crc.bin", [Buffer.alloc(0)], { ChecksumAlgorithm: "CRC64NVME" });
    assertDownloaded(await bench.download(), { new: 3 });
    assert.deepEqual(bench.landing.read(), { "crc.bin": "", "md5.bin": "", "sha.bin": "" });
  });
});

/** A store that answers each GET with the whole object, and breaks off in the first one of each small object. */
class StoreWithoutRanges {
  cuts = 0;
  readonly #objects: Readonly<Record<string, Buffer>>;
  readonly #server = http.createServer((request, response) => this.#answer(request, response));

  constructor(objects: Readonly<Record<string, Buffer>>) {
    this.#objects = objects;
  }

  async start(): Promise<string> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const key = decodeURIComponent((request.url ?? "").split("?")[0]?.split("/")[2] ?? "");
    const content = this.#objects[key];
    const headers = { etag: `"${key}"`, "last-modified": "Wed, 21 Oct 2026 07:28:00 GMT" };
    if (!content) {
      const contents = Object.entries(this.#objects).map(
        ([name, { length }]) =>
          `<Contents><Key>${name}</Key><LastModified>2026-10-21T07:28:00.000Z</LastModified><ETag>"${name}"</ETag><Size>${length}</Size></Contents>`,
      );
      response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`);
      return;
    }
    response.writeHead(200, { ...headers, "content-length": content.length });
    const isCut = content.length < MIB && request.method === "GET" && this.cuts === 0;
    if (request.method === "HEAD") response.end();
    else if (!isCut) response.end(content);
    else {
      this.cuts++;
      response.write(content.subarray(0, 50_000), () => setTimeout(() => request.socket.destroy(), 50));
    }
  }
}
