import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { defaultCredential, startS3Server } from "../../../local/s3/server.ts";
import { refusalOf } from "../../conformance/conformance.ts";
import { sendRaw } from "../../conformance/raw-request.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../../target.ts";

/** Too much to be kept in memory. */
const large = (word: string) => word.padEnd(100_000, word);

describe("A copy in the embedded S3 server", () => {
  let target: EmbeddedTarget;
  let bucket: string;

  beforeEach(async () => {
    target = await startEmbeddedTarget();
    bucket = await target.newBucket();
  });

  afterEach(() => target.stop());

  /** An object of one body many times over, which takes no more of the disk than once. */
  async function putRepeated(Key: string, Body: Buffer, times: number): Promise<void> {
    const client = target.client();
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: "once", Body }));
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }));
    const Parts = [];
    for (let PartNumber = 1; PartNumber <= times; PartNumber++) {
      const part = { Bucket: bucket, Key, UploadId, PartNumber, CopySource: `${bucket}/once` };
      const { CopyPartResult } = await client.send(new UploadPartCopyCommand(part));
      Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    const MultipartUpload = { Parts };
    await client.send(new CompleteMultipartUploadCommand({ Bucket: bucket, Key, UploadId, MultipartUpload }));
  }

  it("is of 5 GiB at most in one go", async () => {
    const client = target.client();
    const [sizeBytes, times] = [64 * 1024 * 1024, 81];
    await putRepeated("large", Buffer.alloc(sizeBytes), times);
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: "large" }));
    assert.equal(head.ContentLength, sizeBytes * times);
    const to = { Bucket: bucket, Key: "to", CopySource: `${bucket}/large` };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: "to" }));
    const refused = { status: 400, code: "InvalidRequest" };
    assert.deepEqual(await refusalOf(client.send(new CopyObjectCommand(to))), refused);
    const part = { ...to, UploadId, PartNumber: 1 };
    assert.deepEqual(await refusalOf(client.send(new UploadPartCopyCommand(part))), refused);
    await client.send(
      new UploadPartCopyCommand({ ...part, CopySourceRange: `bytes=${sizeBytes - 2}-${sizeBytes + 1}` }),
    );
  });

  it("has the bytes for as long as it is there, and the disk has them no longer", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "s3-copies-test-"));
    const other = await startS3Server({ folder });
    try {
      other.createBucket("bucket");
      const at = { url: other.url, region: "us-east-1", ...defaultCredential };
      const files = async (): Promise<number> => (await readdir(folder, { recursive: true })).length - 1;
      const headers = { "x-amz-copy-source": "bucket/k" };
      const body = large("body");
      await sendRaw(at, { method: "PUT", path: "/bucket/k", body });
      await sendRaw(at, { method: "PUT", path: "/bucket/copy", headers });
      await sendRaw(at, { method: "DELETE", path: "/bucket/k" });
      assert.equal((await sendRaw(at, { method: "GET", path: "/bucket/copy" })).body, body);
      assert.equal(await files(), 1);
      await sendRaw(at, { method: "DELETE", path: "/bucket/copy" });
      for (let tries = 0; tries < 200 && (await files()) > 0; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assert.equal(await files(), 0);
    } finally {
      await other.close();
      await rm(folder, { recursive: true });
    }
  });

  it("is not of a range, which only a part can be", async () => {
    await sendRaw(target, { method: "PUT", path: `/${bucket}/k`, body: "body" });
    const headers = { "x-amz-copy-source": `${bucket}/k`, "x-amz-copy-source-range": "bytes=0-1" };
    const answer = await sendRaw(target, { method: "PUT", path: `/${bucket}/copy`, headers });
    assert.deepEqual([answer.status, answer.error.Code], [501, "NotImplemented"]);
  });
});
