import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import {
  type ChecksumAlgorithm,
  type ChecksumType,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { randomFrom } from "../random.ts";
import { MIB, patternedBytes } from "./stored-objects.ts";
import { assertDone, assertFailed, denied, uploadBench } from "./upload-bench.ts";

const KEY = Buffer.from("a customer's key, of 32 bytes...");
const customerKey = {
  SSECustomerAlgorithm: "AES256",
  SSECustomerKey: KEY.toString("base64"),
  SSECustomerKeyMD5: createHash("md5").update(KEY).digest("base64"),
};
const withCustomerKey = { keyManagement: "customerManaged", customerKey: KEY.toString("hex") };

describe("AwsS3Upload, compareBy", () => {
  const bench = uploadBench();
  const touch = (path: string, time: Date) => utimesSync(join(bench.source.path, path), time, time);
  const inOneHour = () => new Date(Date.now() + 3_600_000);
  const oneHourAgo = () => new Date(Date.now() - 3_600_000);

  it("checksum: a second run sends nothing, and asks for nothing but the listing", async () => {
    const large = patternedBytes(17 * MIB);
    bench.source.write({ "a.txt": "a", "b/c.txt": "c", empty: "", "large.bin": large });
    assertDone(await bench.upload(), { uploaded: 4, bytes: large.length + 2 });
    for (const path of ["a.txt", "b/c.txt", "empty", "large.bin"]) touch(path, inOneHour());
    const result = await bench.upload();
    assertDone(result, { unchanged: 4 });
    // versitygw's ETag of a multipart object is not made of those of the parts.
    if (bench.target.server) bench.assertOperations({ ListObjectsV2: 1 });
    assert.ok(result.log.includes(`Nothing to do: 4 files unchanged in s3://${bench.bucket}/`), result.log.join("\n"));
  });

  it("checksum: sees an edit that keeps size and time, in large files too", async () => {
    const large = patternedBytes(17 * MIB);
    bench.source.write({ "a.txt": "one", "large.bin": large });
    const time = oneHourAgo();
    assertDone(await bench.upload(), { uploaded: 2, bytes: large.length + 3 });
    large[16 * MIB + 5] = (large[16 * MIB + 5] ?? 0) ^ 1;
    bench.source.write({ "a.txt": "two", "large.bin": large });
    touch("a.txt", time);
    touch("large.bin", time);
    const result = await bench.upload();
    assertDone(result, { updated: 2, bytes: large.length + 3 });
    assert.deepEqual(bench.reasons(result), ["upload a.txt: content differs", "upload large.bin: content differs"]);
    assert.equal((await bench.contents())["a.txt"], "two");
  });

  it("size: misses an edit of the same length, and sees any other", async () => {
    bench.source.write({ "a.txt": "one", "b.txt": "one" });
    await bench.upload();
    bench.source.write({ "a.txt": "two", "b.txt": "three" });
    const result = await bench.upload({ compareBy: "size" });
    assertDone(result, { updated: 1, unchanged: 1, bytes: 5 });
    bench.assertOperations({ ListObjectsV2: 1, PutObject: 1 });
    assert.deepEqual(bench.reasons(result), ["leave a.txt: same size", "upload b.txt: size differs"]);
  });

  it("sizeAndTime: sends what is newer or of another size, whatever it holds", async () => {
    bench.source.write({ "newer.txt": "one", "older.txt": "one", "longer.txt": "one" });
    await bench.upload();
    bench.source.write({ "newer.txt": "one", "older.txt": "two", "longer.txt": "four" });
    touch("newer.txt", inOneHour());
    touch("older.txt", oneHourAgo());
    touch("longer.txt", oneHourAgo());
    const result = await bench.upload({ compareBy: "sizeAndTime" });
    assertDone(result, { updated: 2, unchanged: 1, bytes: 7 });
    bench.assertOperations({ ListObjectsV2: 1, PutObject: 2 });
    assert.deepEqual(bench.reasons(result), [
      "upload longer.txt: size differs",
      "upload newer.txt: newer",
      "leave older.txt: same size, not newer",
    ]);
  });

  it("costs a request for each thousand objects, not for each file", async function () {
    bench.skipOn(this, ["versitygw", "radosgw"], "its requests cannot be counted");
    bench.source.write(Object.fromEntries(Array.from({ length: 1100 }, (_, i) => [`${i % 30}/${i}.txt`, `${i}`])));
    await bench.upload();
    assertDone(await bench.upload({ overwrite: "changed" }), { unchanged: 1100 });
    bench.assertOperations({ ListObjectsV2: 2 });
  });

  describe("checksum, with objects that others have stored", () => {
    const content = Buffer.concat([randomFrom(3).bytes(MIB), Buffer.alloc(8 * MIB, "others")]);
    const changed = Buffer.from(content);
    changed[7 * MIB] = 0;

    async function storeInParts(
      partSizeBytes: number,
      more: Partial<CreateMultipartUploadCommandInput> = {},
      sums?: { algorithm: ChecksumAlgorithm; type?: ChecksumType },
    ): Promise<void> {
      const client = bench.target.client();
      const object = { Bucket: bench.bucket, Key: "large.bin" };
      const checksum = sums ? { ChecksumAlgorithm: sums.algorithm } : {};
      const type = sums?.type ? { ChecksumType: sums.type } : {};
      const { UploadId } = await client.send(
        new CreateMultipartUploadCommand({ ...object, ...more, ...checksum, ...type }),
      );
      const key = more.SSECustomerKey ? customerKey : {};
      const Parts = [];
      for (let start = 0, PartNumber = 1; start < content.length; start += partSizeBytes, PartNumber++) {
        const Body = content.subarray(start, start + partSizeBytes);
        const part = await client.send(
          new UploadPartCommand({ ...object, UploadId, PartNumber, Body, ...checksum, ...key }),
        );
        const { ETag, ChecksumSHA256, ChecksumCRC64NVME, ChecksumCRC32 } = part;
        Parts.push({ PartNumber, ETag, ChecksumSHA256, ChecksumCRC64NVME, ChecksumCRC32 });
      }
      await client.send(
        new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts }, ...key, ...type }),
      );
    }

    const modern = ["radosgw"];
    const silent: [string[], string] = [["radosgw"], "it does not tell of single parts, so that size and time decide"];
    const cases: {
      title: string;
      store: () => Promise<unknown>;
      heads: number;
      inputs?: Record<string, string>;
      not?: [string[], string];
    }[] = [
      { title: "in parts of 8 MiB", store: () => storeInParts(8 * MIB), heads: 2, not: silent },
      { title: "in parts of 6 MiB", store: () => storeInParts(6 * MIB), heads: 2, not: silent },
      { title: "in parts of the step's own size", store: () => storeInParts(5 * MIB), heads: 0 },
      { title: "in one piece", store: () => bench.put("large.bin", { Body: content }), heads: 0 },
      {
        title: "in parts with a SHA-256 of the parts' SHA-256",
        store: () => storeInParts(8 * MIB, {}, { algorithm: "SHA256" }),
        heads: 2,
        not: [modern, "it knows no additional checksums"],
      },
      {
        title: "in parts with a CRC-64/NVME of the whole",
        store: () => storeInParts(8 * MIB, {}, { algorithm: "CRC64NVME", type: "FULL_OBJECT" }),
        heads: 1,
        not: [modern, "it knows no additional checksums"],
      },
      {
        title: "in parts with a CRC-32 of the parts' CRC-32",
        store: () => storeInParts(8 * MIB, {}, { algorithm: "CRC32" }),
        heads: 2,
        not: [modern, "it knows no additional checksums"],
      },
      {
        title: "encrypted by KMS, with a CRC-32",
        store: () =>
          bench.put("large.bin", { Body: content, ServerSideEncryption: "aws:kms", ChecksumAlgorithm: "CRC32" }),
        heads: 1,
        not: [["radosgw", "versitygw"], "it has no KMS"],
      },
      {
        title: "encrypted by KMS, in parts with a SHA-256 of theirs",
        store: () => storeInParts(6 * MIB, { ServerSideEncryption: "aws:kms" }, { algorithm: "SHA256" }),
        heads: 2,
        not: [["radosgw", "versitygw"], "it has no KMS"],
      },
      {
        title: "encrypted with the customer's key that the step has",
        store: () => bench.put("large.bin", { Body: content, ...customerKey, ChecksumAlgorithm: "CRC32" }),
        heads: 1,
        inputs: withCustomerKey,
        not: [["radosgw", "versitygw"], "it wants https for customers' keys, or has none"],
      },
      {
        title: "encrypted with the customer's key, in parts",
        store: () => storeInParts(7 * MIB, customerKey, { algorithm: "SHA256" }),
        heads: 2,
        inputs: withCustomerKey,
        not: [["radosgw", "versitygw"], "it wants https for customers' keys, or has none"],
      },
    ];
    for (const { title, store, heads, inputs, not } of cases) {
      it(`knows the file again ${title}, and a changed one too`, async function () {
        if (not) bench.skipOn(this, ...not);
        await store();
        bench.source.write({ "large.bin": content });
        const given = { partSizeMB: "5", ...inputs };
        assertDone(await bench.upload(given), { unchanged: 1 });
        // How an ETag comes about in parts is each store's own affair.
        if (bench.target.server) {
          bench.assertOperations({ ListObjectsV2: 1, ...(heads > 0 ? { HeadObject: heads } : {}) });
        }
        bench.source.write({ "large.bin": changed });
        const result = await bench.upload(given);
        assertDone(result, { updated: 1, bytes: content.length });
        assert.deepEqual(bench.reasons(result), ["upload large.bin: content differs"]);
        assertDone(await bench.upload(given), { unchanged: 1 });
      });
    }
  });

  describe("checksum, with objects that tell nothing", () => {
    before(function () {
      if (bench.target.name !== "embedded") this.skip();
    });
    beforeEach(() => bench.source.write({ "a.txt": "a" }));

    it("goes by size and time where the store knows no checksum of an object", async () => {
      await bench.put("a.txt", { Body: "a", ServerSideEncryption: "aws:kms" });
      const result = await bench.upload();
      assertDone(result, { unchanged: 1 });
      assert.deepEqual(bench.reasons(result), ["leave a.txt: same size, not newer; no checksum to compare"]);
    });

    it("sends a file again whose object has another customer's key", async () => {
      await bench.put("a.txt", { Body: "a", ...customerKey });
      const result = await bench.upload();
      assertDone(result, { updated: 1, bytes: 1 });
      assert.deepEqual(bench.reasons(result), ["upload a.txt: cannot be compared: BadRequest on HEAD"]);
      bench.assertOperations({ ListObjectsV2: 1, HeadObject: 1, PutObject: 1 });
      assert.deepEqual(await bench.contents(), { "a.txt": "a" });
    });

    it("sends a file again whose object may not be looked at", async () => {
      await bench.put("a.txt", { Body: "b" });
      const result = await bench.during({ operation: "HeadObject" }, denied, () => bench.upload());
      assertDone(result, { updated: 1, bytes: 1 });
      assert.deepEqual(bench.reasons(result), ["upload a.txt: cannot be compared: AccessDenied on HEAD"]);
    });

    it("goes by size and time where the server does not tell of single parts, and says so once", async () => {
      const large = Buffer.alloc(17 * MIB, "x");
      bench.source.write({ "large.bin": large });
      await bench.upload({ partSizeMB: "5", globExpressions: "large.bin", checksumAlgorithm: "SHA256" });
      const refusal = { kind: "status", status: 501, code: "NotImplemented" } as const;
      bench.addFault({ match: { operation: "HeadObject", partNumber: 1 }, action: refusal });
      const result = await bench.upload();
      assertDone(result, { uploaded: 1, unchanged: 1, bytes: 1 });
      assert.deepEqual(bench.reasons(result), [
        "upload a.txt: new",
        "leave large.bin: same size, not newer; no checksum to compare",
      ]);
      const line =
        "Some objects have no checksum that files can be compared with. They are compared by size and time. To avoid this, upload them again with overwrite: always.";
      assert.equal(result.log.filter((text) => text.endsWith(line)).length, 1, result.log.join("\n"));
      const inAMinute = new Date(Date.now() + 60_000);
      utimesSync(join(bench.source.path, "large.bin"), inAMinute, inAMinute);
      const again = await bench.upload();
      assertDone(again, { updated: 1, unchanged: 1, bytes: large.length });
      assert.deepEqual(bench.reasons(again)[1], "upload large.bin: newer; no checksum to compare");
    });

    it("says of which object, where the server gives no answer that helps", async () => {
      await bench.put("a.txt", { Body: "b" });
      const odd = { kind: "status", status: 418, code: "Teapot" } as const;
      const result = await bench.during({ operation: "HeadObject" }, odd, () => bench.upload());
      assertFailed(result, [
        `Comparing with s3://${bench.bucket}/a.txt failed: the server gave no reason (418). The response is not from an S3 server. Check the server URL in the service connection, and any proxy or load balancer. [response-not-recognized]`,
      ]);
      assert.deepEqual(await bench.contents(), { "a.txt": "b" });
    });
  });
});
