import assert from "node:assert/strict";
import { GetObjectAclCommand, GetObjectTaggingCommand } from "@aws-sdk/client-s3";
import { newBucketWithAcls } from "../s3/open-target.ts";
import { assertDone, assertFailed, assertOutcome, uploadBench } from "./upload-bench.ts";

describe("AwsS3Upload, what is stored beside the bytes", () => {
  const bench = uploadBench();

  async function heads(): Promise<Record<string, Record<string, unknown>>> {
    const all: Record<string, Record<string, unknown>> = {};
    for (const key of await bench.keys()) {
      const { ContentLength, Metadata, ChecksumCRC32, ChecksumType, ...head } = await bench.head(key);
      all[key] = { ...head, ...(Object.keys(Metadata ?? {}).length > 0 ? { Metadata } : {}) };
    }
    return all;
  }

  async function grantsOf(Bucket: string, Key: string): Promise<string[]> {
    const { Grants = [] } = await bench.target.client().send(new GetObjectAclCommand({ Bucket, Key }));
    return Grants.map(({ Grantee, Permission }) => `${Grantee?.URI ?? "owner"} ${Permission}`).sort();
  }

  it("headers go before cacheControl, these before contentType and contentEncoding, and these before the guess", async () => {
    bench.source.write({ "index.html": "i", "assets/app.js": "j", "assets/app.css": "c", "data.json": "{}" });
    const result = await bench.upload({
      contentType: "text/plain",
      contentEncoding: "gzip",
      cacheControl: "assets/**=max-age=60\n**/*.js=never reached\nindex.html=no-cache",
      headers: [
        "**",
        "  Content-Language: en",
        "assets/",
        "  Cache-Control: max-age=31536000, immutable",
        "  Content-Type: text/x-asset",
        "**/*.js",
        "  content-type: text/javascript",
        "  Content-Disposition: inline",
        "data.json",
        "!data.json",
        "  Content-Language: nobody's",
      ].join("\n"),
    });
    assertOutcome(result, {
      result: "Succeeded",
      warnings: [
        'headers: line 9: the rule for "data.json", "!data.json" matches no file. Perhaps you mean "**/data.json". [pattern-without-match]',
      ],
      counts: { uploaded: 4, bytes: 5 },
    });
    const all = { ContentEncoding: "gzip", ContentLanguage: "en" };
    const immutable = "max-age=31536000, immutable";
    assert.deepEqual(await heads(), {
      "assets/app.css": { ...all, CacheControl: immutable, ContentType: "text/x-asset" },
      "assets/app.js": {
        ...all,
        CacheControl: immutable,
        ContentType: "text/javascript",
        ContentDisposition: "inline",
      },
      "data.json": { ...all, ContentType: "text/plain" },
      "index.html": { ...all, CacheControl: "no-cache", ContentType: "text/plain" },
    });
  });

  it("sends nothing but a guessed content type where no input says anything", async () => {
    bench.source.write({ "a.html": "a" });
    await bench.upload();
    assert.deepEqual(await heads(), { "a.html": { ContentType: "text/html; charset=utf-8" } });
    for (const { operation, headers } of bench.requests.filter(({ operation }) => operation === "PutObject")) {
      const own = Object.keys(headers).filter((name) => /^(x-amz-(?!content-sha256|date)|cache|expires)/.test(name));
      assert.deepEqual([operation, own], ["PutObject", ["x-amz-checksum-crc32"]]);
    }
  });

  it("stores metadata, beyond ASCII too, for small and large files alike", async () => {
    bench.source.write({ "a.txt": "a", "large.bin": Buffer.alloc(5 * 1024 ** 2 + 1) });
    const inputs = { metadata: "Build=2026.1\nowner=Zoë 😀", partSizeMB: "5" };
    assertDone(await bench.upload(inputs), { uploaded: 2, bytes: 5 * 1024 ** 2 + 2 });
    const words = `=?UTF-8?B?${Buffer.from("Zoë 😀").toString("base64")}?=`;
    if (bench.target.server) {
      const sent = bench.requests.filter(({ operation }) => /^(PutObject|CreateMultipartUpload)$/.test(operation));
      for (const { headers } of sent) {
        assert.deepEqual(
          Object.entries(headers)
            .filter(([name]) => name.startsWith("x-amz-meta-"))
            .sort(),
          [
            ["x-amz-meta-build", "2026.1"],
            ["x-amz-meta-owner", words],
          ],
        );
      }
    }
    assertDone(await bench.upload(inputs), { unchanged: 2 });
  });

  it("gives tags to small and large files alike", async () => {
    bench.source.write({ "a.txt": "a", "large.bin": Buffer.alloc(5 * 1024 ** 2 + 1) });
    const inputs = { tags: "retention=30 days\nteam=web+app/x=1", partSizeMB: "5" };
    assertDone(await bench.upload(inputs), { uploaded: 2, bytes: 5 * 1024 ** 2 + 2 });
    for (const Key of ["a.txt", "large.bin"]) {
      const { TagSet = [] } = await bench.target
        .client()
        .send(new GetObjectTaggingCommand({ Bucket: bench.bucket, Key }));
      const tags = Object.fromEntries(TagSet.map((tag) => [tag.Key, tag.Value]));
      assert.deepEqual(tags, { retention: "30 days", team: "web+app/x=1" });
    }
    assertDone(await bench.upload(inputs), { unchanged: 2 });
  });

  it("stores in the class that storageClass names, and rules name another for some", async () => {
    bench.source.write({ "a.txt": "a", "b.log": "b", "large.bin": Buffer.alloc(5 * 1024 ** 2 + 1) });
    const headers = "*.log\n  x-amz-storage-class: GLACIER_IR";
    const inputs = { storageClass: "STANDARD_IA", headers, partSizeMB: "5" };
    assertDone(await bench.upload(inputs), { uploaded: 3, bytes: 5 * 1024 ** 2 + 3 });
    const classes = Object.entries(await heads()).map(([key, { StorageClass }]) => [key, StorageClass]);
    assert.deepEqual(classes, [
      ["a.txt", "STANDARD_IA"],
      ["b.log", "GLACIER_IR"],
      ["large.bin", "STANDARD_IA"],
    ]);
    // The listing tells the class.
    assertDone(await bench.upload({ storageClass: "STANDARD_IA", globExpressions: "a.txt" }), { unchanged: 1 });
    bench.assertOperations({ ListObjectsV2: 1 });
  });

  it("gives the ACL that filesAcl names, where the bucket has ACLs", async function () {
    const bucketName = await newBucketWithAcls(bench.target);
    if (!bucketName) return this.skip();
    bench.source.write({ "a.txt": "a", "large.bin": Buffer.alloc(5 * 1024 ** 2 + 1) });
    await bench.upload({ bucketName, filesAcl: "public-read", partSizeMB: "5" });
    for (const key of ["a.txt", "large.bin"]) {
      const grants = await grantsOf(bucketName, key);
      assert.deepEqual(grants, ["http://acs.amazonaws.com/groups/global/AllUsers READ", "owner FULL_CONTROL"], key);
    }
  });

  it("says what to do where the bucket takes no ACLs, once for the step", async () => {
    bench.source.write({ "a.txt": "a", "b.txt": "b" });
    assertFailed(await bench.upload({ filesAcl: "public-read" }), [
      `Upload to s3://${bench.bucket}/ failed: The bucket does not allow ACLs (400 AccessControlListNotSupported). Set filesAcl to none: the bucket "${bench.bucket}" does not allow ACLs (Object Ownership). To make objects public, use a bucket policy. 2 of 2 files are not uploaded. [canned-acl-not-supported]`,
    ]);
    assertDone(await bench.upload({ filesAcl: "bucket-owner-full-control" }), { uploaded: 2, bytes: 2 });
    assertDone(await bench.upload({ filesAcl: "none" }), { unchanged: 2 });
  });
});
