import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ChecksumAlgorithm } from "@aws-sdk/client-s3";
import { randomFrom } from "../random.ts";
import { assertDone, uploadBench } from "./upload-bench.ts";

const MIB = 1024 ** 2;

describe("AwsS3Upload, checksumAlgorithm", () => {
  const bench = uploadBench();
  const small = randomFrom(4).bytes(300_001);
  const large = Buffer.alloc(11 * MIB + 3, randomFrom(5).bytes(70_001));
  const size = small.length + large.length;
  beforeEach(() => bench.source.write({ "small.bin": small, "large.bin": large, "empty.bin": "" }));
  const upload = (checksumAlgorithm: string) => bench.upload({ checksumAlgorithm, partSizeMB: "5" });

  /** The checksums that S3 keeps of an object. */
  async function checksumsOf(key: string): Promise<Record<string, unknown>> {
    const head = Object.entries(await bench.head(key));
    return Object.fromEntries(head.filter(([name]) => name.startsWith("Checksum")));
  }

  /** What the SDK computes of the same bytes, sent in one piece. */
  async function checksumsBySdk(Body: Buffer, algorithm: ChecksumAlgorithm): Promise<Record<string, unknown>> {
    await bench.put("by-sdk", { Body, ChecksumAlgorithm: algorithm, ContentLength: Body.length });
    return checksumsOf("by-sdk");
  }

  for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME"] as const) {
    it(`${algorithm} is that of the whole object, in one piece or in parts, as the SDK computes it`, async () => {
      assertDone(await upload(algorithm), { uploaded: 3, bytes: size });
      for (const [key, content] of [
        ["small.bin", small],
        ["large.bin", large],
        ["empty.bin", Buffer.alloc(0)],
      ] as const) {
        const checksums = await checksumsOf(key);
        assert.deepEqual(checksums, await checksumsBySdk(content, algorithm), key);
        assert.deepEqual(Object.keys(checksums).sort(), ["ChecksumType", `Checksum${algorithm}`].sort());
        assert.equal(checksums.ChecksumType, "FULL_OBJECT");
      }
      bench.bucket = await bench.target.newBucket();
    });
  }

  for (const algorithm of ["SHA1", "SHA256"] as const) {
    it(`${algorithm} is that of the whole object in one piece, and that of the parts' where it has parts`, async () => {
      assertDone(await upload(algorithm), { uploaded: 3, bytes: size });
      assert.deepEqual(await checksumsOf("small.bin"), await checksumsBySdk(small, algorithm));
      const digest = (bytes: Buffer) => createHash(algorithm.toLowerCase()).update(bytes).digest();
      const parts = [0, 5, 10].map((start) => digest(large.subarray(start * MIB, (start + 5) * MIB)));
      assert.deepEqual(await checksumsOf("large.bin"), {
        [`Checksum${algorithm}`]: `${digest(Buffer.concat(parts)).toString("base64")}-3`,
        ChecksumType: "COMPOSITE",
      });
    });
  }

  it("none sends none, neither with objects nor with parts", async () => {
    assertDone(await upload("none"), { uploaded: 3, bytes: size });
    if (bench.target.server) {
      const ofObjects = bench.requests.filter(({ key }) => key !== undefined);
      const headers = ofObjects.flatMap((request) => Object.keys(request.headers));
      assert.deepEqual(
        headers.filter((name) => name.includes("checksum")),
        [],
      );
    }
    assert.equal(Object.keys(await bench.contents()).length, 3);
    assertDone(await upload("none"), { unchanged: 3 });
  });

  it("is left as it is for what is unchanged", async () => {
    await upload("SHA1");
    assertDone(await upload("CRC32"), { unchanged: 3 });
    assert.ok((await checksumsOf("small.bin")).ChecksumSHA1);
  });
});

describe("AwsS3Upload, partSizeMB", () => {
  const bench = uploadBench();

  it("cuts files above this size in parts of it, and sends others in one piece", async () => {
    const sizes = { "five.bin": 5 * MIB, "more.bin": 5 * MIB + 1, "eleven.bin": 11 * MIB };
    bench.source.write(
      Object.fromEntries(Object.entries(sizes).map(([name, bytes]) => [name, Buffer.alloc(bytes, name)])),
    );
    assertDone(await bench.upload({ partSizeMB: "5" }), { uploaded: 3, bytes: 21 * MIB + 1 });
    if (bench.target.server) {
      const sent = bench.requests.filter(({ operation }) => ["PutObject", "UploadPart"].includes(operation));
      assert.deepEqual(
        sent.map(({ key, query, bytesReceived }) => `${key} ${query.partNumber ?? "whole"} ${bytesReceived}`).sort(),
        [
          `eleven.bin 1 ${5 * MIB}`,
          `eleven.bin 2 ${5 * MIB}`,
          `eleven.bin 3 ${MIB}`,
          `five.bin whole ${5 * MIB}`,
          `more.bin 1 ${5 * MIB}`,
          "more.bin 2 1",
        ],
      );
    }
    assertDone(await bench.upload({ partSizeMB: "5" }), { unchanged: 3 });
  });

  it("refuses, before anything is sent, a file that would have more parts than S3 takes", async function () {
    if (process.platform === "win32") this.skip();
    const { truncateSync } = await import("node:fs");
    bench.source.write({ "a.txt": "a", "huge.bin": "" });
    // A file of holes: it takes no room.
    truncateSync(`${bench.source.path}/huge.bin`, 10_000 * 5 * MIB + 1);
    const result = await bench.upload({ partSizeMB: "5" });
    assert.deepEqual(
      result.issues.map(({ message }) => message),
      [
        "sourceFolder: huge.bin cannot be uploaded: it would have 10,001 parts of 5 MiB, and S3 allows 10,000. Increase partSizeMB, or leave it empty. [too-many-parts]",
      ],
    );
    assert.deepEqual(await bench.keys(), []);
    assertDone(await bench.upload({ dryRun: "true" }), { uploaded: 2, bytes: 10_000 * 5 * MIB + 2 });
  });
});

describe("AwsS3Upload, concurrency", () => {
  const bench = uploadBench("embedded");

  for (const concurrency of [1, 3, 8]) {
    it(`of ${concurrency} never has more requests under way, whatever they are`, async () => {
      const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${index}.txt`, `${index}`]));
      bench.source.write({
        ...files,
        "middle.bin": Buffer.alloc(2 * MIB, "m"),
        "large.bin": Buffer.alloc(16 * MIB, "l"),
      });
      bench.addFault({ match: { operation: ["PutObject", "UploadPart"] }, action: { kind: "delay", delayMs: 10 } });
      const inputs = { concurrency: String(concurrency), partSizeMB: "5" };
      // Each connection carries one request at a time. Threads would have their own.
      const env = { S3_TASKS_THREADS: "never" };
      assertDone(await bench.upload(inputs, { env }), { uploaded: 42, bytes: 18 * MIB + 70 });
      assert.equal(new Set(bench.requests.map(({ connectionId }) => connectionId)).size, concurrency);
      const metadata = { ...inputs, metadata: "a=1" };
      assertDone(await bench.upload(metadata), { updated: 42 });
      assert.ok(new Set(bench.requests.map(({ connectionId }) => connectionId)).size <= concurrency);
    });
  }
});
