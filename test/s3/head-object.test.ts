import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { NOT_S3, ServiceError } from "../../src/aws/errors/errors.ts";
import type { Bucket } from "../../src/s3/bucket.ts";
import { headObject, isNotFound, readObjectHead } from "../../src/s3/head-object.ts";
import { answeringBucket, targetSuite } from "./open-target.ts";

const MIB = 1024 ** 2;
const md5 = (bytes: Buffer | string) => createHash("md5").update(bytes).digest();

describe("an object's head", () => {
  const suite = targetSuite();
  let bucket: Bucket;
  before(async () => {
    bucket = await suite.newBucket();
  });

  it("tells all that is stored beside the bytes", async () => {
    const stored = {
      CacheControl: "max-age=60",
      ContentDisposition: "attachment",
      ContentEncoding: "gzip",
      ContentLanguage: "de",
      ContentType: "text/plain",
      Expires: new Date("2030-01-01T00:00:00Z"),
      Metadata: { build: "17", Name: "x y" },
    };
    await suite.target
      .client()
      .send(new PutObjectCommand({ Bucket: bucket.name, Key: "a b", Body: "hello", ...stored }));
    const head = await headObject(bucket, "a b");
    assert.equal(head.sizeBytes, 5);
    assert.equal(head.etag, md5("hello").toString("hex"));
    assert.equal(head.isEtagMd5, true);
    assert.ok(Math.abs(Date.now() - head.lastModifiedMs) < 60_000);
    assert.deepEqual(head.headers, {
      ...head.headers,
      "cache-control": "max-age=60",
      "content-disposition": "attachment",
      "content-encoding": "gzip",
      "content-language": "de",
      "content-type": "text/plain",
      expires: "Tue, 01 Jan 2030 00:00:00 GMT",
      "x-amz-meta-build": "17",
      "x-amz-meta-name": "x y",
    });
    assert.ok(!Object.keys(head.headers).some((name) => /^(etag|content-length|date|server)$/.test(name)));
  });

  it("tells the checksum", async function () {
    // It knows no additional checksums.
    if (suite.target.name === "radosgw") this.skip();
    const put = { Bucket: bucket.name, Key: "sha", Body: "hello", ChecksumAlgorithm: "SHA256" as const };
    await suite.target.client().send(new PutObjectCommand(put));
    const head = await headObject(bucket, "sha");
    assert.deepEqual(head.checksums, { SHA256: createHash("sha256").update("hello").digest("base64") });
    assert.equal(head.checksumType, "FULL_OBJECT");
  });

  it("tells of one part", async function () {
    // It ignores partNumber on a read.
    if (suite.target.name === "radosgw") this.skip();
    const at = { Bucket: bucket.name, Key: "parts" };
    const client = suite.target.client();
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
    const bodies = [Buffer.alloc(5 * MIB, 1), Buffer.alloc(100, 2)];
    const Parts = [];
    for (const [index, Body] of bodies.entries()) {
      const part = { ...at, UploadId, PartNumber: index + 1, Body };
      const { ETag } = await client.send(new UploadPartCommand(part));
      Parts.push({ ETag, PartNumber: index + 1 });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }));
    const first = await headObject(bucket, "parts", { partNumber: 1 });
    assert.equal(first.sizeBytes, 5 * MIB);
    assert.equal(first.partsCount, 2);
    assert.equal(first.isEtagMd5, true);
    assert.equal(first.etag, `${md5(Buffer.concat(bodies.map(md5))).toString("hex")}-2`);
    assert.equal((await headObject(bucket, "parts", { partNumber: 2 })).sizeBytes, 100);
    const whole = await headObject(bucket, "parts");
    assert.deepEqual([whole.sizeBytes, whole.partsCount], [5 * MIB + 100, undefined]);
  });

  it("of no object is an error that says so", async () => {
    await assert.rejects(headObject(bucket, "nothing"), (error) => isNotFound(error));
    assert.equal(isNotFound(new ServiceError({ status: 404, awsCode: "NoSuchBucket", serverMessage: "" })), false);
    assert.equal(isNotFound(new Error("else")), false);
  });
});

describe("the headers of an object's head", () => {
  const basic = {
    "content-length": "3",
    etag: `"${"0a".repeat(16)}"`,
    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
  };
  const read = (headers: Record<string, string>) => readObjectHead({ status: 200, headers: { ...basic, ...headers } });

  it("must be those that S3 gives", async () => {
    for (const missing of ["content-length", "last-modified"]) {
      const headers = Object.fromEntries(Object.entries(basic).filter(([name]) => name !== missing));
      const { bucket } = answeringBucket({ headers });
      await assert.rejects(
        headObject(bucket, "key"),
        (error) => error instanceof ServiceError && error.awsCode === NOT_S3,
        missing,
      );
    }
    const { etag, ...withoutEtag } = basic;
    const head = readObjectHead({ status: 200, headers: withoutEtag });
    assert.deepEqual([etag.length, head.etag, head.isEtagMd5], [34, "", false]);
    assert.throws(() => read({ "content-length": "many" }), ServiceError);
    assert.throws(() => read({ "last-modified": "long ago" }), ServiceError);
  });

  it("tell whether the ETag is made of MD5s", () => {
    const isMd5 = (headers: Record<string, string>) => read(headers).isEtagMd5;
    const sse = "x-amz-server-side-encryption";
    assert.equal(isMd5({}), true);
    assert.equal(isMd5({ etag: `"${"0a".repeat(16)}-12"` }), true);
    assert.equal(isMd5({ [sse]: "AES256" }), true);
    assert.equal(isMd5({ [sse]: "aws:kms" }), false);
    assert.equal(isMd5({ [sse]: "aws:kms:dsse" }), false);
    assert.equal(isMd5({ [`${sse}-customer-algorithm`]: "AES256" }), false);
    assert.equal(isMd5({ etag: '"0a"' }), false);
    assert.equal(isMd5({ etag: `W/"${"0a".repeat(16)}"` }), false);
  });

  it("tell the kind of checksum, by its form where no header does", () => {
    const kind = (headers: Record<string, string>) => read(headers).checksumType;
    assert.equal(kind({}), undefined);
    assert.equal(kind({ "x-amz-checksum-type": "FULL_OBJECT" }), undefined);
    assert.equal(kind({ "x-amz-checksum-crc32": "AAAAAA==-3" }), "COMPOSITE");
    assert.equal(kind({ "x-amz-checksum-crc32": "AAAAAA==" }), "FULL_OBJECT");
    assert.equal(kind({ "x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-type": "COMPOSITE" }), "COMPOSITE");
  });

  it("hold metadata beyond US-ASCII, as encoded words or as bytes of UTF-8", () => {
    const metadata = (value: string) => read({ "x-amz-meta-name": value }).headers["x-amz-meta-name"];
    assert.equal(metadata("=?UTF-8?B?w6Q=?="), "ä");
    assert.equal(metadata("=?UTF-8?Q?=C3=A4_b?= c"), "ä b c");
    assert.equal(metadata(Buffer.from("ä").toString("latin1")), "ä");
    assert.equal(metadata("plain =?"), "plain =?");
  });
});
