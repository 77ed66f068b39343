import assert from "node:assert/strict";
import {
  DeleteBucketCommand,
  GetObjectAclCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
} from "@aws-sdk/client-s3";
import { newBucketWithAcls } from "../s3/open-target.ts";
import { connectionTo } from "../tasks/store-step.ts";
import { assertDone, outcomeOf, uploadBench } from "../tasks/upload-bench.ts";
import { MIB, NAMES } from "./contents.ts";

// Each test is a row of the table in docs/compatible-stores.md, under its title.
describe("Uploads", () => {
  const bench = uploadBench();
  const large = (length: number) => Buffer.alloc(length, "twelve bytes");

  it("uploads a folder with default inputs", async () => {
    bench.source.write({ "index.html": "home", "assets/app.js": "run()", "empty.txt": "" });
    assertDone(await bench.upload(), { uploaded: 3, bytes: 9 });
    assert.deepEqual(await bench.contents(), { "assets/app.js": "run()", "empty.txt": "", "index.html": "home" });
  });

  it("sends nothing again if nothing has changed", async () => {
    bench.source.write({ "a.txt": "a", "folder/b.txt": "b" });
    assertDone(await bench.upload(), { uploaded: 2, bytes: 2 });
    assertDone(await bench.upload(), { unchanged: 2 });
    bench.source.write({ "a.txt": "c" });
    assertDone(await bench.upload(), { updated: 1, unchanged: 1, bytes: 1 });
  });

  it("uploads a large file in parts, and knows it again", async () => {
    const content = large(11 * MIB);
    bench.source.write({ "large.bin": content });
    const inputs = { partSizeMB: "5" };
    assertDone(await bench.upload(inputs), { uploaded: 1, bytes: content.length });
    assertDone(await bench.upload(inputs), { unchanged: 1 });
    assert.ok((await bench.contents())["large.bin"] === content.toString("latin1"), "other bytes");
  });

  it("keeps names with spaces, signs, umlauts and emoji", async () => {
    bench.source.write(Object.fromEntries(NAMES.map((name) => [name, name])));
    assert.equal(outcomeOf(await bench.upload()).errors, undefined);
    assert.deepEqual((await bench.keys()).sort(), [...NAMES].sort());
    assertDone(await bench.upload(), { unchanged: NAMES.length });
  });

  it("keeps headers and metadata", async () => {
    bench.source.write({ "a.html": "a" });
    const headers = "**\n  Cache-Control: no-cache\n  Content-Disposition: inline\n  Content-Encoding: identity";
    await bench.upload({ headers, metadata: "Build=7" });
    const { CacheControl, ContentDisposition, ContentEncoding, ContentType, Metadata } = await bench.head("a.html");
    assert.deepEqual(
      // Some leave the space out, which means the same.
      {
        CacheControl,
        ContentDisposition,
        ContentEncoding,
        ContentType: String(ContentType).replace(/; */, "; "),
        Metadata,
      },
      {
        CacheControl: "no-cache",
        ContentDisposition: "inline",
        ContentEncoding: "identity",
        ContentType: "text/html; charset=utf-8",
        Metadata: { build: "7" },
      },
    );
  });

  it("changes headers without sending the file again", async () => {
    bench.source.write({ "a.txt": "a" });
    await bench.upload({ metadata: "Build=7" });
    const inputs = { metadata: "Build=7", cacheControl: "**=no-cache" };
    assertDone(await bench.upload(inputs), { updated: 1 });
    const { CacheControl, Metadata } = await bench.head("a.txt");
    assert.deepEqual({ CacheControl, Metadata }, { CacheControl: "no-cache", Metadata: { build: "7" } });
    assertDone(await bench.upload(inputs), { unchanged: 1 });
  });

  it("keeps tags (`tags`)", async () => {
    bench.source.write({ "a.txt": "a" });
    assertDone(await bench.upload({ tags: "team=web" }), { uploaded: 1, bytes: 1 });
    const asked = new GetObjectTaggingCommand({ Bucket: bench.bucket, Key: "a.txt" });
    assert.deepEqual((await bench.target.client().send(asked)).TagSet, [{ Key: "team", Value: "web" }]);
  });

  it("keeps ACLs (`filesAcl`)", async () => {
    const bucketName = (await newBucketWithAcls(bench.target)) ?? bench.bucket;
    bench.source.write({ "a.txt": "a" });
    const outcome = outcomeOf(await bench.upload({ bucketName, filesAcl: "public-read" }));
    const asked = new GetObjectAclCommand({ Bucket: bucketName, Key: "a.txt" });
    const { Grants = [] } = await bench.target.client().send(asked);
    assert.deepEqual(
      [outcome, Grants.map(({ Permission }) => Permission).sort()],
      [{ result: "Succeeded", counts: { uploaded: 1, bytes: 1 } }, ["FULL_CONTROL", "READ"]],
    );
  });

  it("keeps storage classes (`storageClass`)", async () => {
    bench.source.write({ "a.txt": "a" });
    assertDone(await bench.upload({ storageClass: "STANDARD_IA" }), { uploaded: 1, bytes: 1 });
    assert.equal((await bench.head("a.txt")).StorageClass, "STANDARD_IA");
  });

  it("keeps the SHA-256 of a file (`checksumAlgorithm`)", async () => {
    bench.source.write({ "a.txt": "a" });
    assertDone(await bench.upload({ checksumAlgorithm: "SHA256" }), { uploaded: 1, bytes: 1 });
    assert.equal((await bench.head("a.txt")).ChecksumSHA256, "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=");
  });

  it("keeps the SHA-256 of a file in parts", async () => {
    bench.source.write({ "a.bin": large(6 * MIB) });
    const inputs = { checksumAlgorithm: "SHA256", partSizeMB: "5" };
    assertDone(await bench.upload(inputs), { uploaded: 1, bytes: 6 * MIB });
    assert.match(String((await bench.head("a.bin")).ChecksumSHA256), /-2$/);
  });

  it("encrypts with keys of the store (`encryptionAlgorithm: AES256`)", async () => {
    bench.source.write({ "a.txt": "a" });
    const inputs = { keyManagement: "awsManaged", encryptionAlgorithm: "AES256" };
    assertDone(await bench.upload(inputs), { uploaded: 1, bytes: 1 });
    const head = new HeadObjectCommand({ Bucket: bench.bucket, Key: "a.txt" });
    assert.equal((await bench.target.client().send(head)).ServerSideEncryption, "AES256");
  });

  it("encrypts with a key of yours (`customerKey`)", async () => {
    bench.source.write({ "a.txt": "a" });
    const inputs = { keyManagement: "customerManaged", customerKey: "00112233445566778899aabbccddeeff".repeat(2) };
    assertDone(await bench.upload(inputs), { uploaded: 1, bytes: 1 });
    await assert.rejects(bench.head("a.txt"), "readable without the key");
  });

  it("deletes what the folder does not have (`deleteExtra`)", async () => {
    bench.source.write({ "a.txt": "a" });
    for (const key of ["a.txt", "b.txt", "c/d.txt"]) await bench.put(key, { Body: "a" });
    assertDone(await bench.upload({ deleteExtra: "true" }), { unchanged: 1, deleted: 2 });
    assert.deepEqual(await bench.keys(), ["a.txt"]);
  });

  it("creates the bucket (`createBucket`)", async () => {
    // The target deletes what has the bucket's name at the end.
    await bench.target.client().send(new DeleteBucketCommand({ Bucket: bench.bucket }));
    bench.source.write({ "a.txt": "a" });
    assertDone(await bench.upload({ createBucket: "true" }), { uploaded: 1, bytes: 1 });
    assert.deepEqual(await bench.contents(), { "a.txt": "a" });
  });

  it("says that the bucket does not exist", async () => {
    bench.source.write({ "a.txt": "a" });
    assert.deepEqual(codesOf(await bench.upload({ bucketName: `${bench.bucket}-no` })), ["bucket-not-found"]);
  });

  it("says that the secret key is wrong", async () => {
    bench.source.write({ "a.txt": "a" });
    assert.deepEqual(codesOf(await uploadWith({ password: "wrong-secret-key-of-nobody" })), ["secret-key-wrong"]);
  });

  it("says that the access key ID does not exist", async () => {
    bench.source.write({ "a.txt": "a" });
    assert.deepEqual(codesOf(await uploadWith({ username: "AKIAOFNOBODY12345678" })), ["access-key-not-found"]);
  });

  function uploadWith(keys: Readonly<Record<string, string>>) {
    const connection = connectionTo(bench.target);
    return bench.upload({}, { connections: [{ ...connection, parameters: { ...connection.parameters, ...keys } }] });
  }

  function codesOf(result: Parameters<typeof outcomeOf>[0]): (string | undefined)[] {
    return (outcomeOf(result).errors ?? []).map((error) => /\[([a-z-]+)\]$/.exec(error)?.[1]);
  }
});
