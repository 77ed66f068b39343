import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  type ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectCommandInput,
  type CopyObjectCommandOutput,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";

const content = "The quick brown fox jumps over the lazy dog";
const past = new Date("2001-01-01T00:00:00Z");
const future = new Date("2101-01-01T00:00:00Z");
const other = '"00000000000000000000000000000000"';
const bigPart = Buffer.alloc(5 * 1024 * 1024, "big part ");
const lastPart = Buffer.from("the last part");
const illegal = { status: 400, code: "InvalidRequest" };
const failed = { status: 412, code: "PreconditionFailed" };

/** What a copy may keep of its source. */
const told = {
  ContentType: "text/plain; charset=utf-8",
  CacheControl: "max-age=60",
  ContentDisposition: "inline",
  ContentEncoding: "identity",
  ContentLanguage: "en",
  Metadata: { animal: "fox" },
};

function md5(bytes: Uint8Array | string): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** The ETag of a copy, without the quotation marks that it should have. */
function etagOf({ CopyObjectResult }: CopyObjectCommandOutput): string | undefined {
  return CopyObjectResult?.ETag?.replaceAll('"', "");
}

async function put({ client, bucket }: Subject, Key: string, more: Partial<PutObjectCommandInput> = {}) {
  await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: content, ...more }));
}

function copy({ client, bucket }: Subject, from: string, Key: string, more: Partial<CopyObjectCommandInput> = {}) {
  const CopySource = `${bucket}/${encodeURIComponent(from)}`;
  return client.send(new CopyObjectCommand({ Bucket: bucket, Key, CopySource, ...more }));
}

/** What HEAD tells of an object, in the names of a request that puts it. */
async function headersOf({ client, bucket }: Subject, Key: string) {
  const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
  const { ContentType, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, Metadata } = head;
  return { ContentType, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, Metadata };
}

async function tagsOf({ client, bucket }: Subject, Key: string) {
  const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key }));
  return TagSet.sort((a, b) => ((a.Key ?? "") < (b.Key ?? "") ? -1 : 1));
}

async function checksumOf({ client, bucket }: Subject, Key: string, algorithm: string) {
  const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key, ChecksumMode: "ENABLED" }));
  return [head[`Checksum${algorithm}` as "ChecksumSHA256"], head.ChecksumType];
}

/** An object of one big part and a small one. */
async function putInParts({ client, bucket }: Subject, Key: string, ChecksumAlgorithm?: ChecksumAlgorithm) {
  const to = { Bucket: bucket, Key };
  const algorithm = ChecksumAlgorithm && { ChecksumAlgorithm };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...to, ...algorithm }));
  const Parts = [];
  for (const [i, Body] of [bigPart, lastPart].entries()) {
    const part = await client.send(new UploadPartCommand({ ...to, UploadId, PartNumber: i + 1, Body, ...algorithm }));
    Parts.push({ PartNumber: i + 1, ETag: part.ETag, ChecksumSHA256: part.ChecksumSHA256 });
  }
  await client.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts } }));
}

conformance("copies", (behaves) => {
  behaves("copies an object's bytes, headers and metadata", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "from", told);
    const { CopyObjectResult } = await copy(subject, "from", "to");
    const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key: "to" }));
    assert.deepEqual(
      [CopyObjectResult?.ETag, got.ETag, await got.Body?.transformToString()],
      [`"${md5(content)}"`, `"${md5(content)}"`, content],
    );
    assert.equal(CopyObjectResult?.LastModified?.getTime(), got.LastModified?.getTime());
    assert.deepEqual(await headersOf(subject, "to"), told);
  });

  behaves("copies an empty object", async (subject) => {
    await put(subject, "empty", { Body: Buffer.alloc(0) });
    assert.equal(etagOf(await copy(subject, "empty", "empty-too")), md5(""));
  });

  behaves("copies from one bucket to another", async (subject) => {
    await put(subject, "here", told);
    const there = { ...subject, bucket: await subject.target.newBucket() };
    await copy(there, "", "there", { CopySource: `${subject.bucket}/here` });
    assert.deepEqual(await headersOf(there, "there"), told);
  });

  for (const key of ["with space", "plus+sign", "percent%20sign", "a&b=c?d#e", "umlaut-ä-漢字-😀", "folder/file"]) {
    behaves(`copies from the key ${key}`, async (subject) => {
      await put(subject, key, { Metadata: { from: encodeURIComponent(key) } });
      for (const slash of ["", "/"]) {
        const CopySource = `${slash}${subject.bucket}/${encodeURIComponent(key)}`;
        await copy(subject, key, "copy-of-key", { CopySource });
        const { Metadata } = await headersOf(subject, "copy-of-key");
        assert.deepEqual(Metadata, { from: encodeURIComponent(key) });
      }
    });
  }

  behaves("replaces all headers and metadata of a copy, those that are not given too", async (subject) => {
    await put(subject, "replaced-from", told);
    const Metadata = { other: "1" };
    const replace = { MetadataDirective: "REPLACE", ContentType: "text/html", Metadata } as const;
    await copy(subject, "replaced-from", "replaced-to", replace);
    assert.deepEqual(await headersOf(subject, "replaced-to"), {
      ContentType: "text/html",
      CacheControl: undefined,
      ContentDisposition: undefined,
      ContentEncoding: undefined,
      ContentLanguage: undefined,
      Metadata,
    });
  });

  behaves("keeps headers and metadata of the source, where they are not to be replaced", async (subject) => {
    await put(subject, "kept-from", told);
    await copy(subject, "kept-from", "kept-to", { ContentType: "text/html", Metadata: { other: "1" } });
    assert.deepEqual(await headersOf(subject, "kept-to"), told);
  });

  behaves("copies tags, and replaces them where told to", async (subject) => {
    await put(subject, "tagged", { Tagging: "a=1&b=2" });
    await copy(subject, "tagged", "tags-kept");
    await copy(subject, "tagged", "tags-replaced", { TaggingDirective: "REPLACE", Tagging: "c=3" });
    await copy(subject, "tagged", "tags-dropped", { TaggingDirective: "REPLACE" });
    assert.deepEqual(
      [
        await tagsOf(subject, "tags-kept"),
        await tagsOf(subject, "tags-replaced"),
        await tagsOf(subject, "tags-dropped"),
      ],
      [
        [
          { Key: "a", Value: "1" },
          { Key: "b", Value: "2" },
        ],
        [{ Key: "c", Value: "3" }],
        [],
      ],
    );
  });

  behaves("does not copy the website redirect location", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "redirect", { WebsiteRedirectLocation: "/new" });
    await copy(subject, "redirect", "no-redirect");
    await copy(subject, "redirect", "other-redirect", { WebsiteRedirectLocation: "/other" });
    const heads = ["no-redirect", "other-redirect"].map((Key) =>
      client.send(new HeadObjectCommand({ Bucket: bucket, Key })),
    );
    const locations = (await Promise.all(heads)).map((head) => head.WebsiteRedirectLocation);
    assert.deepEqual(locations, [undefined, "/other"]);
  });

  behaves("puts a copy into STANDARD where no storage class is given", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "infrequent", { StorageClass: "STANDARD_IA" });
    await copy(subject, "infrequent", "standard");
    await copy(subject, "infrequent", "once-zoned", { StorageClass: "ONEZONE_IA" });
    const heads = ["standard", "once-zoned"].map((Key) => client.send(new HeadObjectCommand({ Bucket: bucket, Key })));
    const classes = (await Promise.all(heads)).map((head) => head.StorageClass);
    assert.deepEqual(classes, [undefined, "ONEZONE_IA"]);
  });

  const conditions: readonly (readonly [string, (etag: string) => Partial<CopyObjectCommandInput>, boolean])[] = [
    ["If-Match with its ETag", (etag) => ({ CopySourceIfMatch: etag }), true],
    ["If-Match with another ETag", () => ({ CopySourceIfMatch: other }), false],
    ["If-None-Match with its ETag", (etag) => ({ CopySourceIfNoneMatch: etag }), false],
    ["If-None-Match with another ETag", () => ({ CopySourceIfNoneMatch: other }), true],
    ["If-Modified-Since in the past", () => ({ CopySourceIfModifiedSince: past }), true],
    ["If-Unmodified-Since in the past", () => ({ CopySourceIfUnmodifiedSince: past }), false],
    ["If-Unmodified-Since in the future", () => ({ CopySourceIfUnmodifiedSince: future }), true],
    [
      "If-Match that holds, and If-Unmodified-Since that does not",
      (etag) => ({ CopySourceIfMatch: etag, CopySourceIfUnmodifiedSince: past }),
      true,
    ],
    [
      "If-None-Match that fails, and If-Modified-Since that holds",
      (etag) => ({ CopySourceIfNoneMatch: etag, CopySourceIfModifiedSince: past }),
      false,
    ],
  ];
  for (const [name, condition, holds] of conditions) {
    behaves(`${holds ? "copies" : "does not copy"} under ${name}`, async (subject) => {
      await put(subject, "condition");
      const request = copy(subject, "condition", "conditional", condition(`"${md5(content)}"`));
      if (holds) assert.equal(etagOf(await request), md5(content));
      else assert.deepEqual(await refusalOf(request), failed);
    });
  }

  behaves("does not copy under If-Modified-Since the source's time", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "unmodified");
    const { LastModified } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: "unmodified" }));
    const request = copy(subject, "unmodified", "conditional", { CopySourceIfModifiedSince: LastModified });
    assert.deepEqual(await refusalOf(request), failed);
  });

  behaves("copies with If-None-Match: * only where no object is", async (subject) => {
    await put(subject, "new-from");
    await copy(subject, "new-from", "new-to", { IfNoneMatch: "*" });
    assert.deepEqual(await refusalOf(copy(subject, "new-from", "new-to", { IfNoneMatch: "*" })), failed);
  });

  behaves("refuses a copy of an object onto itself that changes nothing", async (subject) => {
    await put(subject, "itself", told);
    assert.deepEqual(await refusalOf(copy(subject, "itself", "itself")), illegal);
  });

  behaves("refuses a copy of an object onto itself that changes its tags alone", async (subject) => {
    await put(subject, "itself-tagged", told);
    const request = copy(subject, "itself-tagged", "itself-tagged", { TaggingDirective: "REPLACE", Tagging: "a=1" });
    assert.deepEqual(await refusalOf(request), illegal);
  });

  behaves("changes headers by a copy of an object onto itself", async (subject) => {
    await put(subject, "changed", { ...told, Tagging: "a=1" });
    const changed = { ...told, CacheControl: "no-cache" };
    const copied = await copy(subject, "changed", "changed", { MetadataDirective: "REPLACE", ...changed });
    assert.equal(etagOf(copied), md5(content));
    assert.deepEqual(await headersOf(subject, "changed"), changed);
    assert.deepEqual(await tagsOf(subject, "changed"), [{ Key: "a", Value: "1" }]);
  });

  behaves("gives a copy the MD5 of the whole for an ETag, though the source was uploaded in parts", async (subject) => {
    await putInParts(subject, "parts");
    assert.equal(etagOf(await copy(subject, "parts", "no-parts")), md5(Buffer.concat([bigPart, lastPart])));
  });

  behaves("keeps the checksum of the source in a copy", async (subject) => {
    const value = createHash("sha256").update(content).digest("base64");
    await put(subject, "summed", { ChecksumSHA256: value });
    const { CopyObjectResult } = await copy(subject, "summed", "summed-too");
    assert.deepEqual([CopyObjectResult?.ChecksumSHA256, CopyObjectResult?.ChecksumType], [value, "FULL_OBJECT"]);
    assert.deepEqual(await checksumOf(subject, "summed-too", "SHA256"), [value, "FULL_OBJECT"]);
  });

  behaves("gives a copy a checksum of the algorithm that it is asked for", async (subject) => {
    await put(subject, "summed-first", { ChecksumSHA256: createHash("sha256").update(content).digest("base64") });
    const { CopyObjectResult } = await copy(subject, "summed-first", "summed-anew", { ChecksumAlgorithm: "SHA1" });
    const value = createHash("sha1").update(content).digest("base64");
    assert.deepEqual([CopyObjectResult?.ChecksumSHA1, CopyObjectResult?.ChecksumSHA256], [value, undefined]);
    assert.deepEqual(await checksumOf(subject, "summed-anew", "SHA1"), [value, "FULL_OBJECT"]);
    assert.deepEqual(await checksumOf(subject, "summed-anew", "SHA256"), [undefined, "FULL_OBJECT"]);
  });

  behaves("makes the composite checksum of a source one of the whole copy", async (subject) => {
    await putInParts(subject, "composite", "SHA256");
    await copy(subject, "composite", "whole");
    const value = createHash("sha256").update(bigPart).update(lastPart).digest("base64");
    assert.deepEqual(await checksumOf(subject, "whole", "SHA256"), [value, "FULL_OBJECT"]);
  });

  behaves("refuses to copy what is not there", async (subject) => {
    assert.deepEqual(await refusalOf(copy(subject, "absent", "to")), { status: 404, code: "NoSuchKey" });
    const fromNowhere = copy(subject, "", "to", { CopySource: "no-such-bucket-was-created/k" });
    assert.deepEqual(await refusalOf(fromNowhere), { status: 404, code: "NoSuchBucket" });
  });

  behaves("refuses a copy source that names no key", async (subject) => {
    const request = copy(subject, "", "to", { CopySource: subject.bucket });
    assert.deepEqual(await refusalOf(request), { status: 400, code: "InvalidArgument" });
  });

  for (const directive of ["MetadataDirective", "TaggingDirective"] as const) {
    behaves(`refuses an unknown ${directive}`, async (subject) => {
      await put(subject, "directed");
      const request = copy(subject, "directed", "to", { [directive]: "MERGE" as "COPY" });
      assert.deepEqual(await refusalOf(request), { status: 400, code: "InvalidArgument" });
    });
  }
});
