import assert from "node:assert/strict";
import { PutObjectCommand, type PutObjectCommandInput } from "@aws-sdk/client-s3";
import { ServiceError } from "../../src/aws/errors/errors.ts";
import type { ResponseHead } from "../../src/http/messages.ts";
import type { Bucket } from "../../src/s3/bucket.ts";
import type { Encryption } from "../../src/s3/encryption.ts";
import { headObject, type ObjectHead, readObjectHead } from "../../src/s3/head-object.ts";
import { getObjectAcl, grantHeaders } from "../../src/s3/object-acl.ts";
import { getObjectTags } from "../../src/s3/object-tags.ts";
import { UpdateRefusedError, updateObject } from "../../src/s3/update-object.ts";
import type { EmbeddedTarget } from "../target.ts";
import { answeringBucket, newBucketWithAcls, targetSuite } from "./open-target.ts";

const MIB = 1024 ** 2;

/** What of a head is the object's own, and not of its last change. */
function lasting({ headers, sizeBytes, checksums }: ObjectHead) {
  const { "x-amz-version-id": _, ...kept } = headers;
  return { headers: kept, sizeBytes, checksums };
}

describe("changing what is stored beside an object's bytes", () => {
  const suite = targetSuite();
  let bucket: Bucket;
  before(async () => {
    bucket = await suite.newBucket();
  });

  async function put(Key: string, more: Partial<PutObjectCommandInput> = {}): Promise<ObjectHead> {
    await suite.target.client().send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: "hello", ...more }));
    return headObject(bucket, Key);
  }

  const described: Partial<PutObjectCommandInput> = {
    CacheControl: "max-age=60",
    ContentDisposition: 'attachment; filename="a b"',
    ContentEncoding: "gzip",
    ContentLanguage: "de",
    ContentType: "text/plain",
    Expires: new Date("2030-01-01T00:00:00Z"),
    Metadata: { build: "17", name: "=?UTF-8?B?w6Q=?=" },
    Tagging: "a=1&b=x%20y",
  };

  it("changes the headers that are named, and keeps all else", async () => {
    const key = "é +%2B/a&b";
    const head = await put(key, described);
    await updateObject(bucket, key, head, { headers: { "cache-control": "no-cache", "x-amz-meta-new": "ö" } });
    const after = await headObject(bucket, key);
    assert.deepEqual(lasting(after), {
      ...lasting(head),
      headers: { ...lasting(head).headers, "cache-control": "no-cache", "x-amz-meta-new": "ö" },
    });
    assert.equal(after.headers["x-amz-meta-name"], "ä");
    assert.deepEqual(Object.fromEntries(await getObjectTags(bucket, key)), { a: "1", b: "x y" });
  });

  it("keeps bytes of characters that look like spaces", async () => {
    // In UTF-8, each of these characters ends in the byte A0, which is a space in Latin-1.
    const headers = { "content-disposition": Buffer.from("inline; filename=à Р à").toString("latin1") };
    await bucket.send({ method: "PUT", key: "bytes", headers });
    const head = await headObject(bucket, "bytes");
    await updateObject(bucket, "bytes", head, { headers: { "cache-control": "no-cache" } });
    const after = await headObject(bucket, "bytes");
    assert.equal(after.headers["cache-control"], "no-cache");
    assert.equal(after.headers["content-disposition"], headers["content-disposition"]);
  });

  it("keeps the redirect location", async function () {
    // It knows no redirects of objects.
    if (suite.target.name === "versitygw") this.skip();
    const head = await put("redirect", { WebsiteRedirectLocation: "/there" });
    await updateObject(bucket, "redirect", head, { headers: { "cache-control": "no-cache" } });
    assert.equal((await headObject(bucket, "redirect")).headers["x-amz-website-redirect-location"], "/there");
  });

  it("changes the tags with the headers", async () => {
    const head = await put("both", described);
    const change = { headers: { "cache-control": "no-cache" }, tags: new Map([["c", "x =/+"]]) };
    await updateObject(bucket, "both", head, change);
    assert.equal((await headObject(bucket, "both")).headers["cache-control"], "no-cache");
    assert.deepEqual(Object.fromEntries(await getObjectTags(bucket, "both")), { c: "x =/+" });
  });

  it("changes tags alone without a copy", async () => {
    const head = await put("tags", described);
    await updateObject(bucket, "tags", head, { headers: {}, tags: new Map([["c", "1"]]) });
    const after = await headObject(bucket, "tags");
    assert.equal(after.lastModifiedMs, head.lastModifiedMs);
    assert.deepEqual(Object.fromEntries(await getObjectTags(bucket, "tags")), { c: "1" });
  });

  it("does not touch an object that has been replaced since", async function () {
    // It has no conditions on copies.
    if (suite.target.name === "radosgw") this.skip();
    const head = await put("replaced");
    await put("replaced", { Body: "other" });
    const update = updateObject(bucket, "replaced", head, { headers: { "cache-control": "no-cache" } });
    await assert.rejects(update, (error) => error instanceof ServiceError && error.awsCode === "PreconditionFailed");
  });

  describe("where the answer to the copy is lost", () => {
    const MULTIPART_ETAG = `${"a".repeat(32)}-2`;
    const COPY_ETAG = "b".repeat(32);
    const refused = new ServiceError({ status: 412, awsCode: "PreconditionFailed", serverMessage: "It is another" });
    const headers = { "cache-control": "no-cache", "x-amz-meta-name": "=?UTF-8?B?w6Q=?=" };

    /** What a store has of an object, before and after the copy that nobody heard of. */
    function headOf(etag: string, more: Record<string, string> = {}): ResponseHead {
      const described = { "content-length": "5", "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT", ...more };
      return { status: 200, headers: { etag: `"${etag}"`, ...described } };
    }
    const crc = (value: string) => ({ "x-amz-checksum-crc32": value, "x-amz-checksum-type": "FULL_OBJECT" });

    /** A bucket whose copy is refused with the second try, after which a HEAD has this answer. */
    async function update(before: ResponseHead, after: ResponseHead): Promise<void> {
      const sent: Bucket = {
        ...answeringBucket("").bucket,
        async send(request) {
          if (typeof request === "function") {
            request();
            request();
            throw refused;
          }
          if ("acl" in (request.query ?? {})) return { ...OWNER_ONLY };
          return { ...after, body: Buffer.alloc(0) };
        },
      };
      await updateObject(sent, "key", readObjectHead(before), { headers });
    }
    const OWNER_ONLY = {
      status: 200,
      headers: {},
      body: Buffer.from(
        "<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList></AccessControlList></AccessControlPolicy>",
      ),
    };

    const same: [title: string, before: object, after: object][] = [
      ["the same checksum", crc("AAAAAA=="), { ...crc("AAAAAA=="), ...headers }],
      ["no checksum to compare", {}, headers],
      ["metadata and a storage class", { "x-amz-meta-a": "1", "x-amz-storage-class": "STANDARD_IA" }, headers],
    ];
    for (const [title, before, after] of same) {
      it(`finds the copy that it wanted, with ${title}`, async () => {
        await update(headOf(MULTIPART_ETAG, { ...before }), headOf(COPY_ETAG, { ...before, ...after }));
      });
    }

    const others: [title: string, before: object, etag: string, after: object][] = [
      ["another checksum", crc("AAAAAA=="), COPY_ETAG, { ...crc("BBBBBB=="), ...headers }],
      ["other headers", {}, COPY_ETAG, { ...headers, "cache-control": "max-age=1" }],
      ["other metadata", {}, COPY_ETAG, { ...headers, "x-amz-meta-name": "a" }],
      ["more metadata", {}, COPY_ETAG, { ...headers, "x-amz-meta-a": "1" }],
      ["another size", {}, COPY_ETAG, { ...headers, "content-length": "6" }],
      ["another storage class", {}, COPY_ETAG, { ...headers, "x-amz-storage-class": "GLACIER" }],
      ["the ETag of an upload in parts", {}, `${"c".repeat(32)}-3`, headers],
    ];
    for (const [title, before, etag, after] of others) {
      it(`finds another object, with ${title}`, async () => {
        await assert.rejects(
          update(headOf(MULTIPART_ETAG, { ...before }), headOf(etag, { ...after })),
          (error) => error === refused,
        );
      });
    }
  });

  it("keeps the checksum's algorithm", async function () {
    // It knows no additional checksums.
    if (suite.target.name === "radosgw") this.skip();
    for (const ChecksumAlgorithm of ["SHA1", "CRC32C"] as const) {
      const head = await put("checksum", { ChecksumAlgorithm });
      await updateObject(bucket, "checksum", head, { headers: { "cache-control": "no-cache" } });
      assert.deepEqual((await headObject(bucket, "checksum")).checksums, head.checksums);
    }
  });

  it("keeps the storage class, or changes it", async function () {
    // Neither has further storage classes.
    if (suite.target.name !== "embedded") this.skip();
    const storageClass = async () => (await headObject(bucket, "class")).headers["x-amz-storage-class"];
    const head = await put("class", { StorageClass: "STANDARD_IA" });
    await updateObject(bucket, "class", head, { headers: { "cache-control": "no-cache" } });
    assert.equal(await storageClass(), "STANDARD_IA");
    await updateObject(bucket, "class", await headObject(bucket, "class"), {
      headers: { "x-amz-storage-class": "GLACIER_IR" },
    });
    assert.equal(await storageClass(), "GLACIER_IR");
  });

  it("keeps an object encrypted by the same key of KMS, with the bucket key", async function () {
    // Neither encrypts by KMS.
    if (suite.target.name !== "embedded") this.skip();
    const head = await put("kms", { ServerSideEncryption: "aws:kms", BucketKeyEnabled: true });
    assert.equal(head.isEtagMd5, false);
    await updateObject(bucket, "kms", head, { headers: { "cache-control": "no-cache" } });
    const after = await headObject(bucket, "kms");
    assert.deepEqual(after.headers, { ...head.headers, "cache-control": "no-cache" });
    await updateObject(bucket, "kms", after, { headers: {}, encryption: { kind: "s3" } });
    assert.equal((await headObject(bucket, "kms")).headers["x-amz-server-side-encryption"], "AES256");
  });

  it("keeps the grants of others, or gives the canned ACL that is named", async function () {
    const name = await newBucketWithAcls(suite.target);
    if (!name) return this.skip();
    const aclBucket = suite.open(name);
    const input = { Bucket: name, Key: "acl", Body: "hello", ACL: "public-read" as const };
    await suite.target.client().send(new PutObjectCommand(input));
    const grants = async () => grantHeaders(await getObjectAcl(aclBucket, "acl"));
    const [head, before] = [await headObject(aclBucket, "acl"), await grants()];
    assert.match(before["x-amz-grant-read"] ?? "", /AllUsers/);
    await updateObject(aclBucket, "acl", head, { headers: { "cache-control": "no-cache" } });
    assert.deepEqual(await grants(), before);
    const change = { headers: { "cache-control": "max-age=1" }, cannedAcl: "authenticated-read" };
    await updateObject(aclBucket, "acl", head, change);
    assert.match((await grants())["x-amz-grant-read"] ?? "", /AuthenticatedUsers/);
  });

  describe("of an object too large for one request", () => {
    const Body = Buffer.alloc(17 * MIB, "0123456789abcdef");

    beforeEach(function () {
      // It gives each copied part the checksum of the whole, and then refuses it.
      if (suite.target.name === "versitygw") this.skip();
    });

    it("copies it in the parts that an upload of it has", async () => {
      const { Tagging: _, ...untagged } = described;
      const head = await put("large", { ...untagged, Body });
      const change = { headers: { "cache-control": "no-cache" } };
      await updateObject(bucket, "large", head, change, { maxCopyBytes: 5 * MIB });
      const after = await headObject(bucket, "large");
      assert.equal(after.sizeBytes, 17 * MIB);
      assert.match(after.etag, /-2$/);
      assert.deepEqual(after.headers, {
        ...after.headers,
        ...lasting(head).headers,
        "cache-control": "no-cache",
      });
    });

    it("knows the copy for complete where the answer to that was lost", async function () {
      if (!("server" in suite.target)) return this.skip();
      const { server } = suite.target as EmbeddedTarget;
      const head = await put("large-lost", { Body });
      const match = { operation: "CompleteMultipartUpload", key: "large-lost" };
      const lost = server.addFault({ match, times: 1, action: { kind: "reset", when: "afterWork" } });
      await updateObject(bucket, "large-lost", head, { headers: { expires: "0" } }, { maxCopyBytes: 5 * MIB });
      assert.equal(lost.hits, 1);
      const after = await headObject(bucket, "large-lost");
      assert.deepEqual([after.headers.expires, after.sizeBytes], ["0", 17 * MIB]);
    });

    it("keeps the tags", async () => {
      const head = await put("large-tags", { ...described, Body });
      await updateObject(bucket, "large-tags", head, { headers: { expires: "0" } }, { maxCopyBytes: 5 * MIB });
      assert.deepEqual(Object.fromEntries(await getObjectTags(bucket, "large-tags")), { a: "1", b: "x y" });
    });

    it("keeps the checksum of the whole", async function () {
      // It knows no additional checksums.
      if (suite.target.name === "radosgw") this.skip();
      for (const ChecksumAlgorithm of ["CRC32", "CRC64NVME"] as const) {
        const head = await put("large-crc", { Body, ChecksumAlgorithm });
        await updateObject(bucket, "large-crc", head, { headers: { expires: "0" } }, { maxCopyBytes: 5 * MIB });
        const after = await headObject(bucket, "large-crc");
        assert.deepEqual([after.checksums, after.checksumType], [head.checksums, "FULL_OBJECT"]);
      }
    });

    it("keeps the algorithm of a checksum that is of parts", async function () {
      // It knows no additional checksums.
      if (suite.target.name === "radosgw") this.skip();
      const head = await put("large-sha", { Body, ChecksumAlgorithm: "SHA256" });
      await updateObject(bucket, "large-sha", head, { headers: { expires: "0" } }, { maxCopyBytes: 5 * MIB });
      const after = await headObject(bucket, "large-sha");
      assert.match(after.checksums.SHA256 ?? "", /-2$/);
      assert.equal(after.checksumType, "COMPOSITE");
    });

    it("does not touch it where it has been replaced since, and leaves no upload behind", async () => {
      const head = await put("large-replaced", { Body });
      const replaced = await put("large-replaced", { Body: Buffer.alloc(17 * MIB, "x") });
      const update = updateObject(
        bucket,
        "large-replaced",
        head,
        { headers: { expires: "0" } },
        { maxCopyBytes: 5 * MIB },
      );
      await assert.rejects(update, (error) => error instanceof ServiceError && error.awsCode === "PreconditionFailed");
      assert.equal((await headObject(bucket, "large-replaced")).etag, replaced.etag);
      const { body } = await bucket.send({ method: "GET", key: "", query: { uploads: "" } });
      assert.ok(!body.includes("<UploadId>"));
    });
  });

  describe("encrypted with a customer's key", () => {
    const customerKey: Encryption = { kind: "customer", key: Buffer.alloc(32, 7) };

    it("keeps it so, and without the key does nothing", async function () {
      // The one knows no SSE-C, the other none over plain http.
      if (suite.target.name !== "embedded") this.skip();
      const key = customerKey.key.toString("base64");
      const sse = { SSECustomerAlgorithm: "AES256", SSECustomerKey: key };
      for (const [Key, maxCopyBytes] of [["sse-c", 5 * MIB] as const, ["sse-c-large", 1] as const]) {
        const input = { Bucket: bucket.name, Key, Body: "hello", ...sse };
        await suite.target.client().send(new PutObjectCommand(input));
        const head = await headObject(bucket, Key, { customerKey });
        assert.equal(head.isEtagMd5, false);
        const change = { headers: { "cache-control": "no-cache" } };
        await assert.rejects(updateObject(bucket, Key, head, change), UpdateRefusedError);
        await updateObject(bucket, Key, head, change, { customerKey, maxCopyBytes });
        const after = await headObject(bucket, Key, { customerKey });
        assert.deepEqual(after.headers, { ...head.headers, ...after.headers, "cache-control": "no-cache" });
      }
    });
  });
});

describe("a change that would lose something", () => {
  const headers = { "content-type": "text/plain" };
  const plain: ObjectHead = {
    sizeBytes: 5,
    etag: "0a".repeat(16),
    isEtagMd5: true,
    lastModifiedMs: 0,
    headers,
    checksums: {},
    checksumType: undefined,
    partsCount: undefined,
  };
  const owner = "<AccessControlPolicy><Owner><ID>me</ID></Owner><AccessControlList/></AccessControlPolicy>";
  const change = { headers: { "cache-control": "no-cache" } };

  const refused: [title: string, headers: Record<string, string>, message: RegExp][] = [
    ["archived", { "x-amz-storage-class": "GLACIER" }, /archived \(GLACIER\)/],
    [
      "being restored",
      { "x-amz-storage-class": "DEEP_ARCHIVE", "x-amz-restore": 'ongoing-request="true"' },
      /archived \(DEEP_ARCHIVE\)/,
    ],
    [
      "in an archive tier",
      { "x-amz-storage-class": "INTELLIGENT_TIERING", "x-amz-archive-status": "ARCHIVE_ACCESS" },
      /archived \(INTELLIGENT_TIERING\)/,
    ],
    ["with metadata that HTTP cannot tell", { "x-amz-missing-meta": "2" }, /metadata that cannot be read/],
    [
      "encrypted with a key that is not at hand",
      { "x-amz-server-side-encryption-customer-algorithm": "AES256" },
      /SSE-C.*Enter it in customerKey/,
    ],
  ];
  for (const [title, more, message] of refused) {
    it(`is refused: of an object ${title}`, async () => {
      const { bucket, requests } = answeringBucket("");
      await assert.rejects(
        updateObject(bucket, "key", { ...plain, headers: { ...headers, ...more } }, change),
        (error) => {
          assert.ok(error instanceof UpdateRefusedError);
          assert.match(error.message, message);
          return true;
        },
      );
      assert.equal(requests.length, 0);
    });
  }

  it("is refused: of an object whose ACL may not be read", async () => {
    const { bucket } = answeringBucket(new ServiceError({ status: 403, awsCode: "AccessDenied", serverMessage: "no" }));
    await assert.rejects(updateObject(bucket, "key", plain, change), (error) => {
      assert.ok(error instanceof UpdateRefusedError);
      assert.match(error.message, /403 AccessDenied.*Allow s3:GetObjectAcl, or set filesAcl/);
      return true;
    });
  });

  async function copyHeaders(more: Record<string, string>, name = "bucket") {
    const { bucket, requests } = answeringBucket(owner, "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>");
    await updateObject({ ...bucket, name }, "a b", { ...plain, headers: { ...headers, ...more } }, change);
    return requests.at(-1)?.headers ?? {};
  }

  it("says again how the object is encrypted and locked", async () => {
    const sse = "x-amz-server-side-encryption";
    const lock = "x-amz-object-lock";
    const said = {
      "x-amz-storage-class": "GLACIER",
      [`${lock}-mode`]: "GOVERNANCE",
      [`${lock}-retain-until-date`]: "2999-01-01T00:00:00Z",
      [`${lock}-legal-hold`]: "ON",
      [sse]: "aws:kms",
      [`${sse}-aws-kms-key-id`]: "arn:key",
    };
    assert.deepEqual(await copyHeaders({ ...said, "x-amz-restore": 'ongoing-request="false", expiry-date="…"' }), {
      ...headers,
      ...said,
      ...change.headers,
      [`${sse}-bucket-key-enabled`]: "false",
      "x-amz-copy-source": "/bucket/a%20b",
      "x-amz-copy-source-if-match": `"${plain.etag}"`,
      "x-amz-metadata-directive": "REPLACE",
    });
  });

  it("does not say again a lock that has run out, nor a bucket key where there can be none", async () => {
    const sent = await copyHeaders({
      "x-amz-object-lock-mode": "COMPLIANCE",
      "x-amz-object-lock-retain-until-date": "2020-01-01T00:00:00Z",
      "x-amz-server-side-encryption": "aws:kms:dsse",
    });
    assert.ok(!Object.keys(sent).some((name) => name.includes("lock") || name.includes("bucket-key")));
  });

  it("names the object under an access point by its ARN", async () => {
    const sent = await copyHeaders({}, "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine");
    assert.equal(
      sent["x-amz-copy-source"],
      "arn%3Aaws%3As3%3Aeu-west-1%3A123456789012%3Aaccesspoint%2Fmine%2Fobject%2Fa%20b",
    );
  });
});
