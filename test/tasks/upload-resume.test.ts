import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FaultAction } from "../../local/s3/server.ts";
import { newBucketWithAcls } from "../s3/open-target.ts";
import { beginUpload, content, IN_PARTS, noteAsOwn, partsSent, unfinishedIn } from "./unfinished-upload.ts";
import { assertDone, denied, uploadBench } from "./upload-bench.ts";

const HOUR_MS = 3_600_000;
const LIFECYCLE_RULE =
  '{"ID": "unfinished uploads", "Status": "Enabled", "Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}';

describe("AwsS3Upload, resuming large files", () => {
  let clockOffsetMs = 0;
  const bench = uploadBench("embedded", { now: () => new Date(Date.now() + clockOffsetMs) });
  const otherJobs: string[] = [];
  beforeEach(() => {
    clockOffsetMs = 0;
    bench.source.write({ "large.bin": content });
  });
  after(() => {
    for (const folder of otherJobs) rmSync(folder, { recursive: true, force: true });
  });
  const upload = (inputs: Record<string, string> = {}, step = {}) => bench.upload({ ...IN_PARTS, ...inputs }, step);
  const startOtherJob = () => {
    otherJobs.push(bench.workFolder);
    bench.workFolder = mkdtempSync(join(tmpdir(), "job-"));
  };

  /** A run that stores the first two parts, and fails at the third. */
  async function failedRun(inputs: Record<string, string> = {}, action: FaultAction = denied, partNumber = 3) {
    const match = { operation: "UploadPart", partNumber };
    const result = await bench.during(match, action, () => upload({ concurrency: "1", ...inputs }));
    assert.equal(result.result, "Failed", result.log.join("\n"));
    return result;
  }

  async function assertUploaded(sent: readonly number[], result = upload(), expected = content): Promise<void> {
    assertDone(await result, { uploaded: 1, bytes: content.length });
    assert.deepEqual(partsSent(bench), sent);
    assert.ok((await bench.bytesOf("large.bin")).equals(expected));
    const { ChecksumCRC32, ChecksumType } = await bench.head("large.bin");
    assert.deepEqual([typeof ChecksumCRC32, ChecksumType], ["string", "FULL_OBJECT"]);
  }

  const ALL = [1, 2, 3, 4];

  it("sends only the parts that are missing, where the run before it failed", async () => {
    const failed = await failedRun();
    assert.ok(
      failed.log.some((line) => line.startsWith("The parts of 1 large file are kept") && line.endsWith(LIFECYCLE_RULE)),
      failed.log.join("\n"),
    );
    assert.deepEqual(await bench.keys(), []);
    assert.deepEqual(await unfinishedIn(bench), ["large.bin"]);
    await assertUploaded([3, 4]);
    assert.deepEqual(await unfinishedIn(bench), []);
    assertDone(await upload(), { unchanged: 1 });
  });

  it("sends only the parts that are missing, where the run before it was cancelled", async () => {
    const cancel = new AbortController();
    const fault = bench.addFault({
      match: { operation: "UploadPart", partNumber: 2 },
      action: { kind: "hang" },
    });
    const watch = setInterval(() => {
      const stored = bench.server.requests.filter(
        ({ operation, status }) => operation === "UploadPart" && status === 200,
      );
      if (stored.length === 3 && fault.hits > 0) cancel.abort();
    }, 20);
    const result = await upload({}, { cancel: cancel.signal });
    clearInterval(watch);
    fault.remove();
    assert.equal(result.result, "Canceled");
    assert.ok(
      result.log.some((line) => line.endsWith(LIFECYCLE_RULE)),
      result.log.join("\n"),
    );
    await assertUploaded([2]);
  });

  it("goes on where the token ran out, once there is a new one", async () => {
    await failedRun({}, { kind: "status", status: 400, code: "ExpiredToken", message: "The token has expired" });
    await assertUploaded([3, 4]);
  });

  it("is completed by the agent's own retry of the step", async () => {
    bench.addFault({ match: { operation: "UploadPart", partNumber: 3 }, times: 1, action: denied });
    const result = await upload({ concurrency: "1" }, { retryCountOnTaskFailure: 2 });
    assert.equal(result.result, "Succeeded", result.log.join("\n"));
    assert.deepEqual(partsSent(bench), [1, 2, 3, 3, 4]);
  });

  it("goes on with an upload that has no part yet", async () => {
    await failedRun({}, denied, 1);
    await assertUploaded(ALL);
    assert.deepEqual(await unfinishedIn(bench), []);
  });

  it("sends a part again that is not the same as the file's any more", async () => {
    await failedRun();
    const edited = Buffer.from(content);
    edited.write("edited", 7 * 1024 ** 2);
    bench.source.write({ "large.bin": edited });
    await assertUploaded([2, 3, 4], upload(), edited);
  });

  it("sends what another size of file or part makes different", async () => {
    await failedRun();
    await assertUploaded([1, 2, 3], upload({ partSizeMB: "6" }));
    assert.deepEqual(await unfinishedIn(bench), []);
  });

  it("leaves an upload alone that another run began less than an hour ago", async () => {
    clockOffsetMs = -HOUR_MS + 60_000;
    await failedRun();
    startOtherJob();
    clockOffsetMs = 0;
    await assertUploaded(ALL);
    assert.deepEqual(await unfinishedIn(bench), ["large.bin"]);
  });

  it("takes an upload on which nothing has happened for more than an hour", async () => {
    clockOffsetMs = -HOUR_MS - 60_000;
    await failedRun();
    startOtherJob();
    clockOffsetMs = 0;
    await assertUploaded([3, 4]);
    assert.deepEqual(await unfinishedIn(bench), []);
  });

  it("leaves two uploads of one key alone that others have begun", async () => {
    await beginUpload(bench, [1]);
    await beginUpload(bench, [1]);
    await assertUploaded(ALL);
    assert.deepEqual(await unfinishedIn(bench), ["large.bin", "large.bin"]);
  });

  it("goes on with its own of two uploads of one key", async () => {
    await failedRun();
    await beginUpload(bench, []);
    await assertUploaded([3, 4]);
    assert.deepEqual(await unfinishedIn(bench), ["large.bin"]);
  });

  it("does not take a part that somebody planted, whose CRC fits", async () => {
    const planted = Buffer.from(content);
    // The generator of CRC-32: added to any bytes, it leaves their CRC as it is.
    for (const [index, byte] of [0x41, 0x06, 0x71, 0xdb, 0x01].entries()) {
      planted.writeUInt8(planted.readUInt8(index) ^ byte, index);
    }
    const checksum = { ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT" } as const;
    noteAsOwn(bench, await beginUpload(bench, [1, 2], checksum, planted));
    await assertUploaded([1, 3, 4]);
  });

  for (const [operation, action] of [
    ["ListMultipartUploads", denied],
    ["ListParts", denied],
    ["ListParts", { kind: "corrupt", byteIndex: 0 }],
  ] as const) {
    it(`sends everything if ${operation} has the fault "${action.kind}"`, async () => {
      await failedRun();
      await bench.during({ operation }, action, () => assertUploaded(ALL));
    });
  }

  it("begins anew where the upload is gone by then", async () => {
    await failedRun();
    const gone = { kind: "status", status: 404, code: "NoSuchUpload" } as const;
    bench.addFault({ match: { operation: "UploadPart", partNumber: 3 }, times: 1, action: gone });
    assertDone(await upload({ concurrency: "1" }), { uploaded: 1, bytes: content.length });
    assert.deepEqual(partsSent(bench), [1, 2, 3, 3, 4]);
  });

  for (const [title, checksum] of [
    ["with composite checksums", { ChecksumAlgorithm: "CRC32", ChecksumType: "COMPOSITE" }],
    ["with other checksums", { ChecksumAlgorithm: "SHA256" }],
    ["without checksums", {}],
    ["in another storage class", { ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT", StorageClass: "GLACIER" }],
  ] as const) {
    it(`ends well where another tool began the upload ${title}`, async () => {
      const id = await beginUpload(bench, [1, 2], checksum);
      noteAsOwn(bench, id);
      assertDone(await upload(), { uploaded: 1, bytes: content.length });
      assert.equal((await bench.bytesOf("large.bin")).length, content.length);
      assert.equal((await bench.head("large.bin")).StorageClass, undefined);
    });
  }

  describe("whose headers are other ones than those of the run before", () => {
    it("gives the file those of this run", async () => {
      await failedRun({ cacheControl: "**=old" });
      await assertUploaded([3, 4], upload({ cacheControl: "**=new" }));
      assert.equal((await bench.head("large.bin")).CacheControl, "new");
      bench.assertOperations({
        ListObjectsV2: 1,
        ListMultipartUploads: 1,
        ListParts: 1,
        UploadPart: 2,
        CompleteMultipartUpload: 1,
        HeadObject: 1,
        GetObjectAcl: 2,
        CopyObject: 1,
      });
    });

    it("takes those away that this run does not give", async () => {
      const headers = "**\n  Cache-Control: old\n  Content-Language: de\n  Content-Type: text/plain";
      await failedRun({ headers });
      await assertUploaded([3, 4]);
      const { CacheControl, ContentLanguage, ContentType } = await bench.head("large.bin");
      assert.deepEqual(
        [CacheControl, ContentLanguage, ContentType],
        [undefined, undefined, "application/octet-stream"],
      );
    });

    it("sends the file whole where it cannot see them, or not change them", async () => {
      for (const operation of ["HeadObject", "GetObjectAcl"]) {
        await failedRun({ cacheControl: "**=old" });
        const result = await bench.during({ operation }, denied, () => upload({ cacheControl: "**=new" }));
        assertDone(result, { uploaded: 1, bytes: content.length });
        assert.deepEqual(partsSent(bench), [1, 2, 3, 3, 4, 4]);
        assert.equal((await bench.head("large.bin")).CacheControl, "new");
        await bench.remove("large.bin");
      }
    });

    it("sends the file whole where tags were given to it", async () => {
      noteAsOwn(
        bench,
        await beginUpload(bench, [1, 2], {
          ChecksumAlgorithm: "CRC32",
          ChecksumType: "FULL_OBJECT",
          Tagging: "a=1",
          Metadata: { a: "1" },
        }),
      );
      assertDone(await upload(), { uploaded: 1, bytes: content.length });
      const { Metadata, TagCount } = await bench.head("large.bin");
      assert.deepEqual([Metadata, TagCount], [{}, undefined]);
    });
  });

  describe("does not resume, and leaves nothing behind, where the step sets what cannot be read back:", () => {
    for (const inputs of [
      { metadata: "a=1" },
      { headers: "**\n  x-amz-meta-a: 1" },
      { tags: "a=1" },
      { filesAcl: "public-read" },
      { keyManagement: "awsManaged", encryptionAlgorithm: "AES256" },
      {
        keyManagement: "customerManaged",
        customerKey: "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
      },
    ]) {
      it(Object.keys(inputs).join(", "), async () => {
        bench.bucket = (await newBucketWithAcls(bench.target)) ?? bench.bucket;
        const result = await failedRun(inputs);
        assert.ok(!result.log.some((line) => line.includes("large file")), result.log.join("\n"));
        assert.deepEqual(await unfinishedIn(bench), []);
        assertDone(await upload(inputs), { uploaded: 1, bytes: content.length });
        assert.deepEqual(partsSent(bench), ALL);
        assert.deepEqual(await unfinishedIn(bench), []);
        bench.assertOperations({
          // Not every store keeps the tags of what comes in parts.
          ...("tags" in inputs ? { HeadObject: 1 } : {}),
          ListObjectsV2: 1,
          CreateMultipartUpload: 1,
          UploadPart: 4,
          CompleteMultipartUpload: 1,
        });
      });
    }
  });

  it("leaves nothing behind, and says nothing of it, where a failure is for good", async () => {
    const result = await failedRun({}, { kind: "status", status: 400, code: "InvalidArgument", message: "No" });
    assert.ok(!result.log.some((line) => line.includes("large file")), result.log.join("\n"));
    assert.deepEqual(await unfinishedIn(bench), []);
  });
});
