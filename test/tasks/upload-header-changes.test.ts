import assert from "node:assert/strict";
import {
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { newBucketWithAcls } from "../s3/open-target.ts";
import { assertDone, uploadBench } from "./upload-bench.ts";

const MIB = 1024 ** 2;

describe("AwsS3Upload, where only what stands beside the bytes differs", () => {
  const bench = uploadBench();
  beforeEach(() => bench.source.write({ "a.html": "body" }));

  async function tagsOf(Key: string): Promise<Record<string, string>> {
    const { TagSet = [] } = await bench.target
      .client()
      .send(new GetObjectTaggingCommand({ Bucket: bench.bucket, Key }));
    return Object.fromEntries(TagSet.map((tag) => [tag.Key, tag.Value ?? ""]));
  }

  async function bodyOf(Key: string): Promise<string | undefined> {
    const { Body } = await bench.target.client().send(new GetObjectCommand({ Bucket: bench.bucket, Key }));
    return Body?.transformToString();
  }

  /** Nothing but the documents of S3's own was sent. */
  function assertNoBodySent(): void {
    const sent = bench.requests.filter(({ operation }) => ["PutObject", "UploadPart"].includes(operation));
    assert.deepEqual(sent, []);
    for (const { operation, bytesReceived } of bench.requests) assert.ok(bytesReceived < 1024, operation);
  }

  /** All that an object can have. */
  const described: Partial<PutObjectCommandInput> = {
    Body: "body",
    CacheControl: "max-age=60",
    ContentDisposition: 'attachment; filename="a b"',
    ContentLanguage: "de",
    ContentType: "text/x-mine",
    Metadata: { build: "17", name: "=?UTF-8?B?w6Q=?=" },
    Tagging: "team=web&stage=a%20b",
  };
  const rich = (): Partial<PutObjectCommandInput> =>
    bench.target.name === "embedded"
      ? {
          ...described,
          Expires: new Date("2030-01-01T00:00:00Z"),
          StorageClass: "STANDARD_IA",
          WebsiteRedirectLocation: "/there",
          ServerSideEncryption: "aws:kms",
          SSEKMSKeyId: "alias/mine",
          BucketKeyEnabled: true,
          ChecksumAlgorithm: "SHA256",
        }
      : described;

  const changes: {
    title: string;
    inputs: Record<string, string>;
    reason: string;
    becomes: Record<string, unknown>;
    only?: string[];
  }[] = [
    {
      title: "Cache-Control",
      inputs: { cacheControl: "**/*.html=no-cache" },
      reason: "cache-control differs",
      becomes: { CacheControl: "no-cache" },
    },
    {
      title: "Content-Type",
      inputs: { contentType: "text/html" },
      reason: "content-type differs",
      becomes: { ContentType: "text/html" },
    },
    {
      title: "one metadata value, beyond ASCII",
      inputs: { metadata: "build=18\nname=ä\ncity=Köln 😀" },
      reason: "x-amz-meta-build, x-amz-meta-city differ",
      becomes: { Metadata: { build: "18", name: "ä", city: "Köln 😀" } },
    },
    {
      title: "several headers by rules",
      inputs: { headers: "*.html\n  Content-Language: en\n  Content-Encoding: gzip\n  Content-Disposition: inline" },
      reason: "content-disposition, content-encoding, content-language differ",
      becomes: { ContentLanguage: "en", ContentEncoding: "gzip", ContentDisposition: "inline" },
    },
    {
      title: "the storage class",
      inputs: { storageClass: "INTELLIGENT_TIERING" },
      reason: "x-amz-storage-class differs",
      becomes: { StorageClass: "INTELLIGENT_TIERING" },
      only: ["embedded"],
    },
    {
      title: "the redirect location",
      inputs: { headers: "**\n  x-amz-website-redirect-location: /elsewhere" },
      reason: "x-amz-website-redirect-location differs",
      becomes: { WebsiteRedirectLocation: "/elsewhere" },
      only: ["embedded"],
    },
  ];
  for (const { title, inputs, reason, becomes, only } of changes) {
    it(`changes ${title}, and keeps all else, without sending the file`, async function () {
      if (only)
        bench.skipOn(
          this,
          ["versitygw", "radosgw"].filter((name) => !only.includes(name)),
          "not there",
        );
      await bench.put("a.html", rich());
      const before = await readable("a.html");
      const result = await bench.upload(inputs);
      assertDone(result, { updated: 1 });
      assertNoBodySent();
      assert.deepEqual(bench.reasons(result), [`update a.html: ${reason}`]);
      assert.ok(result.log.includes(`  a.html: ${reason}`), result.log.join("\n"));
      const end = `Updated the headers of 1 object in s3://${bench.bucket}/ in `;
      assert.ok(
        result.log.some((line) => line.startsWith(end)),
        result.log.join("\n"),
      );
      assert.deepEqual(await readable("a.html"), { ...before, ...decoded(becomes) });
      assertDone(await bench.upload(inputs), { unchanged: 1 });
    });
  }

  async function readable(Key: string) {
    const { MissingMeta: _, ...head } = await bench.head(Key);
    return { ...decoded(head), tags: await tagsOf(Key), body: await bodyOf(Key) };
  }

  /** Metadata as text, whichever way the store gives it. */
  function decoded<T extends { Metadata?: unknown }>(head: T): T {
    if (!head.Metadata) return head;
    const words = (value: string) =>
      value
        .replaceAll(/\?=\s+=\?UTF-8\?B\?/g, "")
        .replace(/^=\?UTF-8\?B\?(.*)\?=$/, (_, base64) => Buffer.from(base64, "base64").toString());
    const entries = Object.entries(head.Metadata).map(([name, value]) => [name, words(value)]);
    return { ...head, Metadata: Object.fromEntries(entries) };
  }

  it("changes tags alone with PutObjectTagging, and nothing else of the object", async () => {
    await bench.put("a.html", rich());
    const before = await bench.head("a.html");
    for (const others of [{}, { filesAcl: "bucket-owner-full-control", keyManagement: "awsManaged" }]) {
      const result = await bench.upload({ tags: "team=app\nowner=Zoe", ...others });
      assertDone(result, { updated: 1 });
      assert.deepEqual(bench.reasons(result), ["update a.html: tags differ"]);
      bench.assertOperations({ ListObjectsV2: 1, HeadObject: 1, GetObjectTagging: 1, PutObjectTagging: 1 });
      assert.deepEqual(await bench.head("a.html"), before);
      assert.deepEqual(await tagsOf("a.html"), { team: "app", owner: "Zoe" });
      assertDone(await bench.upload({ tags: "owner=Zoe\nteam=app" }), { unchanged: 1 });
      assertDone(await bench.upload({ tags: "owner=Zoe" }), { updated: 1 });
    }
  });

  it("changes tags and headers together", async () => {
    await bench.put("a.html", described);
    const result = await bench.upload({ tags: "team=app", contentType: "text/html" });
    assertDone(result, { updated: 1 });
    assertNoBodySent();
    assert.deepEqual(bench.reasons(result), ["update a.html: content-type, tags differ"]);
    assert.deepEqual(await tagsOf("a.html"), { team: "app" });
    assert.equal((await bench.head("a.html")).ContentType, "text/html");
  });

  it("compares nothing that the inputs do not name, not even a guessed content type", async () => {
    await bench.put("a.html", described);
    assertDone(await bench.upload(), { unchanged: 1 });
    // Which looks for a type that is missing.
    bench.assertOperations({ ListObjectsV2: 1, HeadObject: 1 });
    assertDone(await bench.upload({ storageClass: (await isInfrequent()) ? "STANDARD_IA" : "STANDARD" }), {
      unchanged: 1,
    });
    bench.assertOperations({ ListObjectsV2: 1, HeadObject: 1 });
    assert.equal((await bench.head("a.html")).ContentType, "text/x-mine");
  });

  const isInfrequent = async () => (await bench.head("a.html")).StorageClass === "STANDARD_IA";

  it("costs a HEAD for each unchanged object, and a GetObjectTagging only with tags", async () => {
    bench.source.write({ "b.html": "b", "c.txt": "c" });
    const inputs = { cacheControl: "*.html=no-cache" };
    await bench.upload({ ...inputs, tags: "a=1" });
    assertDone(await bench.upload(inputs), { unchanged: 3 });
    bench.assertOperations({ ListObjectsV2: 1, HeadObject: 2 });
    assertDone(await bench.upload({ ...inputs, tags: "a=1" }), { unchanged: 3 });
    if (bench.target.server) assert.equal(bench.operations().GetObjectTagging, 3);
  });

  it("finds changes with compareBy size and sizeAndTime as well", async () => {
    await bench.upload();
    for (const compareBy of ["size", "sizeAndTime"]) {
      assertDone(await bench.upload({ compareBy, cacheControl: `**=${compareBy}` }), { updated: 1 });
      assertNoBodySent();
      assert.equal((await bench.head("a.html")).CacheControl, compareBy);
    }
  });

  it("leaves them alone with overwrite never", async () => {
    await bench.put("a.html", described);
    assertDone(await bench.upload({ overwrite: "never", cacheControl: "**=no-cache", tags: "a=1" }), { unchanged: 1 });
    assert.deepEqual(await tagsOf("a.html"), { team: "web", stage: "a b" });
  });

  it("does so for an object that came in parts, and knows it again after", async function () {
    bench.skipOn(this, ["versitygw", "radosgw"], "its requests cannot be looked at");
    bench.source.write({ "large.bin": Buffer.alloc(17 * MIB, "large") });
    await bench.upload({ globExpressions: "large.bin" });
    const before = await bench.head("large.bin");
    assertDone(await bench.upload({ globExpressions: "large.bin", cacheControl: "**=no-cache" }), { updated: 1 });
    assertNoBodySent();
    const { CacheControl, ...after } = await bench.head("large.bin");
    assert.equal(CacheControl, "no-cache");
    assert.deepEqual(after, before);
    assertDone(await bench.upload({ globExpressions: "large.bin" }), { unchanged: 1 });
  });

  it("keeps grants where ACLs are on, or gives the canned ACL that is named", async function () {
    const bucketName = await newBucketWithAcls(bench.target);
    if (!bucketName) return this.skip();
    bench.bucket = bucketName;
    await bench.put("a.html", { ...described, ACL: "public-read" });
    const grants = async () => {
      const { Grants = [] } = await bench.target
        .client()
        .send(new GetObjectAclCommand({ Bucket: bucketName, Key: "a.html" }));
      return Grants.map(({ Grantee, Permission }) => `${Grantee?.URI ?? "owner"} ${Permission}`).sort();
    };
    const publicRead = ["http://acs.amazonaws.com/groups/global/AllUsers READ", "owner FULL_CONTROL"];
    assert.deepEqual(await grants(), publicRead);
    assertDone(await bench.upload({ cacheControl: "**=one" }), { updated: 1 });
    assert.deepEqual(await grants(), publicRead);
    assertDone(await bench.upload({ cacheControl: "**=two", filesAcl: "private" }), { updated: 1 });
    assert.deepEqual(await grants(), ["owner FULL_CONTROL"]);
  });
});
