import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";
import { sendRaw } from "./raw-request.ts";

const content = "The quick brown fox jumps over the lazy dog";
const contentMd5 = createHash("md5").update(content).digest("hex");

function put({ client, bucket }: Subject, Key: string, Body = content) {
  return client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
}

async function read({ client, bucket }: Subject, Key: string, more: object = {}): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key, ...more }));
  return (await Body?.transformToString()) ?? "";
}

conformance("objects", (behaves) => {
  behaves("gives an object back with its bytes, headers and metadata", async ({ client, bucket }) => {
    const Key = "headers/all.txt";
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key,
        Body: content,
        ContentType: "text/plain; charset=utf-8",
        CacheControl: "max-age=60",
        ContentDisposition: 'attachment; filename="fox.txt"',
        ContentEncoding: "identity",
        ContentLanguage: "en",
        Expires: new Date("2031-01-01T00:00:00Z"),
        Metadata: { animal: "fox", "second-animal": "dog" },
      }),
    );
    const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    assert.equal(await got.Body?.transformToString(), content);
    for (const answer of [got, head]) {
      assert.deepEqual(
        {
          length: answer.ContentLength,
          etag: answer.ETag,
          type: answer.ContentType,
          cache: answer.CacheControl,
          disposition: answer.ContentDisposition,
          encoding: answer.ContentEncoding,
          language: answer.ContentLanguage,
          expires: answer.ExpiresString,
          metadata: answer.Metadata,
          ranges: answer.AcceptRanges,
        },
        {
          length: content.length,
          etag: `"${contentMd5}"`,
          type: "text/plain; charset=utf-8",
          cache: "max-age=60",
          disposition: 'attachment; filename="fox.txt"',
          encoding: "identity",
          language: "en",
          expires: "Wed, 01 Jan 2031 00:00:00 GMT",
          metadata: { animal: "fox", "second-animal": "dog" },
          ranges: "bytes",
        },
      );
    }
  });

  behaves("takes an object without a content type for binary/octet-stream", async ({ client, bucket, target }) => {
    const { status } = await sendRaw(target, { method: "PUT", path: `/${bucket}/untyped`, body: content });
    assert.equal(status, 200);
    const { ContentType } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: "untyped" }));
    assert.equal(ContentType, "binary/octet-stream");
  });

  behaves("keeps an empty object", async (subject) => {
    const { ETag } = await put(subject, "empty", "");
    assert.equal(ETag, '"d41d8cd98f00b204e9800998ecf8427e"');
    assert.equal(await read(subject, "empty"), "");
  });

  behaves("replaces an object, headers and all", async (subject) => {
    const { client, bucket } = subject;
    const first = { Bucket: bucket, Key: "replaced", Body: "first", CacheControl: "max-age=1", Metadata: { a: "1" } };
    await client.send(new PutObjectCommand(first));
    await put(subject, "replaced", "second");
    const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key: "replaced" }));
    assert.equal(await got.Body?.transformToString(), "second");
    assert.equal(got.CacheControl, undefined);
    assert.deepEqual(got.Metadata, {});
  });

  behaves("deletes an object, and succeeds at deleting what is not there", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "deleted");
    for (let round = 0; round < 2; round++) {
      const { $metadata } = await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: "deleted" }));
      assert.equal($metadata.httpStatusCode, 204);
    }
    assert.deepEqual(await refusalOf(read(subject, "deleted")), { status: 404, code: "NoSuchKey" });
    const head = client.send(new HeadObjectCommand({ Bucket: bucket, Key: "deleted" }));
    assert.deepEqual(await refusalOf(head), { status: 404, code: "NotFound" });
  });

  for (const key of [
    "with space",
    "plus+sign",
    "percent%20sign",
    "a&b=c?d#e",
    'quote\'s "double" (round) [square] {curly}',
    "tilde~star*bang!",
    "<angle>",
    "umlaut-ä-Ω-漢字",
    "emoji-😀",
    "colon:semicolon;comma,",
    "back\\slash",
  ]) {
    behaves(`keeps the key ${key}`, async (subject) => {
      await put(subject, `keys/${key}`, key);
      assert.equal(await read(subject, `keys/${key}`), key);
    });
  }

  for (const key of ["dots/../up", "dots/./here", "double//slash", "/leading", "trailing/"]) {
    behaves(`does not normalise the key ${key}`, async (subject) => {
      await put(subject, key, key);
      assert.equal(await read(subject, key), key);
    });
  }

  const ranges: readonly (readonly [range: string, status: number, bytes: string, contentRange: string | undefined])[] =
    [
      ["bytes=0-3", 206, content.slice(0, 4), `bytes 0-3/${content.length}`],
      ["bytes=4-", 206, content.slice(4), `bytes 4-${content.length - 1}/${content.length}`],
      ["bytes=-3", 206, content.slice(-3), `bytes ${content.length - 3}-${content.length - 1}/${content.length}`],
      ["bytes=40-999", 206, content.slice(40), `bytes 40-${content.length - 1}/${content.length}`],
      ["bytes=-999", 206, content, `bytes 0-${content.length - 1}/${content.length}`],
      ["lines=1-2", 200, content, undefined],
    ];
  for (const [Range, status, bytes, contentRange] of ranges) {
    behaves(`answers the range ${Range} with ${status}`, async (subject) => {
      await put(subject, "ranged");
      const got = await subject.client.send(new GetObjectCommand({ Bucket: subject.bucket, Key: "ranged", Range }));
      assert.deepEqual(
        [got.$metadata.httpStatusCode, await got.Body?.transformToString(), got.ContentRange, got.ContentLength],
        [status, bytes, contentRange, bytes.length],
      );
    });
  }

  behaves("refuses a range beyond the end", async (subject) => {
    await put(subject, "short");
    const refusal = await refusalOf(read(subject, "short", { Range: "bytes=1000-" }));
    assert.deepEqual(refusal, { status: 416, code: "InvalidRange" });
  });

  behaves("lets the query override headers of the answer", async ({ client, bucket, ...subject }) => {
    await put({ client, bucket, ...subject }, "overridden");
    const got = await client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: "overridden",
        ResponseContentType: "text/html",
        ResponseCacheControl: "no-store",
        ResponseContentDisposition: "inline",
        ResponseContentLanguage: "de",
        ResponseContentEncoding: "identity",
      }),
    );
    await got.Body?.transformToString();
    assert.deepEqual(
      [got.ContentType, got.CacheControl, got.ContentDisposition, got.ContentLanguage, got.ContentEncoding],
      ["text/html", "no-store", "inline", "de", "identity"],
    );
  });

  behaves("refuses a key of more than 1,024 bytes", async (subject) => {
    const refusal = await refusalOf(put(subject, "ä".repeat(513)));
    assert.deepEqual(refusal, { status: 400, code: "KeyTooLongError" });
  });

  behaves("refuses more than 2 KB of metadata", async ({ client, bucket }) => {
    const Metadata = { big: "x".repeat(2046) };
    const refusal = await refusalOf(
      client.send(new PutObjectCommand({ Bucket: bucket, Key: "meta", Body: content, Metadata })),
    );
    assert.deepEqual(refusal, { status: 400, code: "MetadataTooLarge" });
  });

  behaves("refuses a canned ACL, since the bucket's owner owns all objects", async ({ client, bucket }) => {
    const request = new PutObjectCommand({ Bucket: bucket, Key: "acl", Body: content, ACL: "public-read" });
    assert.deepEqual(await refusalOf(client.send(request)), { status: 400, code: "AccessControlListNotSupported" });
  });

  behaves("tells the storage class of an object that is not STANDARD", async ({ client, bucket }) => {
    const Key = "infrequent";
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: content, StorageClass: "STANDARD_IA" }));
    const { StorageClass } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    assert.equal(StorageClass, "STANDARD_IA");
  });

  behaves("refuses a storage class that does not exist", async ({ client, bucket }) => {
    const request = new PutObjectCommand({
      Bucket: bucket,
      Key: "class",
      Body: content,
      StorageClass: "COLDISH" as "GLACIER",
    });
    assert.deepEqual(await refusalOf(client.send(request)), { status: 400, code: "InvalidStorageClass" });
  });

  behaves("keeps a website redirect location", async ({ client, bucket }) => {
    const Key = "redirect";
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: content, WebsiteRedirectLocation: "/new" }));
    const { WebsiteRedirectLocation } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    assert.equal(WebsiteRedirectLocation, "/new");
  });

  behaves("refuses a website redirect location that is no place", async ({ client, bucket }) => {
    const request = new PutObjectCommand({ Bucket: bucket, Key: "r", Body: content, WebsiteRedirectLocation: "new" });
    assert.deepEqual(await refusalOf(client.send(request)), { status: 400, code: "InvalidRedirectLocation" });
  });
});
