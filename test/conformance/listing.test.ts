import assert from "node:assert/strict";
import {
  DeleteObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";

/** In UTF-8 byte order, which is not JavaScript's: the emoji is beyond U+FFFF, and U+FF21 is not. */
const keys = [
  "A",
  "a b+c&d",
  "a.txt",
  "a/b",
  "a/c/1",
  "a/c/2",
  "a/d/1",
  "b",
  "c/1",
  "z",
  "\u00e4",
  "\uff21-fullwidth",
  "😀-emoji",
];

async function bucketWithKeys({ target, client }: Subject): Promise<string> {
  const Bucket = await target.newBucket();
  await Promise.all(keys.map((Key) => client.send(new PutObjectCommand({ Bucket, Key, Body: Key }))));
  return Bucket;
}

/** All pages of a listing: keys and common prefixes of each, the prefixes in brackets. */
async function pagesOf(client: S3Client, input: ListObjectsV2CommandInput): Promise<string[][]> {
  const pages: string[][] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ ...input, ...(token !== undefined && { ContinuationToken: token }) }),
    );
    const listed = (page.Contents ?? []).map(({ Key }) => Key ?? "");
    const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix }) => `[${Prefix}]`);
    pages.push([...listed, ...prefixes]);
    assert.equal(page.KeyCount, listed.length + prefixes.length);
    assert.equal(page.IsTruncated, page.NextContinuationToken !== undefined);
    token = page.NextContinuationToken;
  } while (token !== undefined && pages.length < 100);
  return pages;
}

conformance("listing", (behaves) => {
  behaves("lists keys in UTF-8 byte order", async (subject) => {
    const Bucket = await bucketWithKeys(subject);
    assert.deepEqual(await pagesOf(subject.client, { Bucket }), [keys]);
  });

  behaves("pages through all keys, one at a time", async (subject) => {
    const Bucket = await bucketWithKeys(subject);
    assert.deepEqual(
      await pagesOf(subject.client, { Bucket, MaxKeys: 1 }),
      keys.map((key) => [key]),
    );
  });

  behaves("rolls keys up at a delimiter, and counts common prefixes", async (subject) => {
    const Bucket = await bucketWithKeys(subject);
    const { client } = subject;
    assert.deepEqual(await pagesOf(client, { Bucket, Delimiter: "/" }), [
      ["A", "a b+c&d", "a.txt", "b", "z", "\u00e4", "\uff21-fullwidth", "😀-emoji", "[a/]", "[c/]"],
    ]);
    assert.deepEqual(await pagesOf(client, { Bucket, Delimiter: "/", Prefix: "a/" }), [["a/b", "[a/c/]", "[a/d/]"]]);
    assert.deepEqual(await pagesOf(client, { Bucket, Delimiter: "/", Prefix: "a/c" }), [["[a/c/]"]]);
    assert.deepEqual(await pagesOf(client, { Bucket, Delimiter: "/", MaxKeys: 2 }), [
      ["A", "a b+c&d"],
      ["a.txt", "[a/]"],
      ["b", "[c/]"],
      ["z", "\u00e4"],
      ["\uff21-fullwidth", "😀-emoji"],
    ]);
  });

  behaves("takes a delimiter of several characters", async (subject) => {
    const Bucket = await bucketWithKeys(subject);
    assert.deepEqual(await pagesOf(subject.client, { Bucket, Prefix: "a/", Delimiter: "/1" }), [
      ["a/b", "a/c/2", "[a/c/1]", "[a/d/1]"],
    ]);
  });

  behaves("lists only what begins with the prefix", async (subject) => {
    const Bucket = await bucketWithKeys(subject);
    assert.deepEqual(await pagesOf(subject.client, { Bucket, Prefix: "a/c" }), [["a/c/1", "a/c/2"]]);
    assert.deepEqual(await pagesOf(subject.client, { Bucket, Prefix: "nothing" }), [[]]);
  });

  behaves("starts after a key, which need not exist", async (subject) => {
    const Bucket = await bucketWithKeys(subject);
    const { client } = subject;
    assert.deepEqual(await pagesOf(client, { Bucket, StartAfter: "c/1" }), [keys.slice(keys.indexOf("z"))]);
    assert.deepEqual(await pagesOf(client, { Bucket, StartAfter: "a/c/0" }), [keys.slice(keys.indexOf("a/c/1"))]);
  });

  behaves("lists nothing with max-keys 0", async (subject) => {
    const Bucket = await bucketWithKeys(subject);
    const page = await subject.client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
    assert.deepEqual([page.Contents, page.IsTruncated, page.KeyCount], [undefined, false, 0]);
  });

  behaves("refuses max-keys that are no number from 0 on", async ({ client, bucket }) => {
    const refusal = await refusalOf(client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: -1 })));
    assert.deepEqual(refusal, { status: 400, code: "InvalidArgument" });
  });

  behaves("encodes keys on request", async (subject) => {
    const Bucket = await bucketWithKeys(subject);
    const page = await subject.client.send(
      new ListObjectsV2Command({ Bucket, EncodingType: "url", Delimiter: "/", StartAfter: "a", MaxKeys: 3 }),
    );
    // A space may stand as a plus or as %20: clients must understand both.
    const listed = page.Contents?.map(({ Key }) => Key?.replaceAll("%20", "+"));
    assert.deepEqual(
      [page.EncodingType, page.Delimiter, listed, page.CommonPrefixes],
      ["url", "/", ["a+b%2Bc%26d", "a.txt"], [{ Prefix: "a/" }]],
    );
  });

  behaves("names the owner of a key only on request", async (subject) => {
    const Bucket = await bucketWithKeys(subject);
    const list = async (more: object) => {
      const page = await subject.client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1, ...more }));
      return typeof page.Contents?.[0]?.Owner?.ID;
    };
    assert.deepEqual([await list({}), await list({ FetchOwner: true })], ["undefined", "string"]);
  });

  behaves("tells size, ETag, time and storage class of each object", async (subject) => {
    const Bucket = await subject.target.newBucket();
    await subject.client.send(new PutObjectCommand({ Bucket, Key: "one", Body: "hello" }));
    const { Contents = [] } = await subject.client.send(new ListObjectsV2Command({ Bucket }));
    assert.deepEqual(
      Contents.map(({ Key, Size, ETag, StorageClass }) => ({ Key, Size, ETag, StorageClass })),
      [{ Key: "one", Size: 5, ETag: '"5d41402abc4b2a76b9719d911017c592"', StorageClass: "STANDARD" }],
    );
    assert.ok(Math.abs((Contents[0]?.LastModified?.getTime() ?? 0) - Date.now()) < 60_000);
  });

  behaves("no longer lists what has been deleted", async (subject) => {
    const Bucket = await bucketWithKeys(subject);
    await subject.client.send(new DeleteObjectCommand({ Bucket, Key: "a/c/1" }));
    assert.deepEqual(await pagesOf(subject.client, { Bucket, Prefix: "a/" }), [["a/b", "a/c/2", "a/d/1"]]);
  });

  behaves("refuses a continuation token that it did not give", async ({ client, bucket }) => {
    const refusal = await refusalOf(client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: "" })));
    assert.deepEqual(refusal, { status: 400, code: "InvalidArgument" });
  });

  behaves("pages through version 1 of the listing by markers", async (subject) => {
    const Bucket = await bucketWithKeys(subject);
    const listed: (string | undefined)[] = [];
    let Marker: string | undefined;
    for (let pageCount = 0; pageCount < 20; pageCount++) {
      const page = await subject.client.send(
        new ListObjectsCommand({ Bucket, Delimiter: "/", MaxKeys: 2, ...(Marker !== undefined && { Marker }) }),
      );
      listed.push(...(page.Contents ?? []).map(({ Key }) => Key));
      listed.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      Marker = page.NextMarker;
      if (!page.IsTruncated) break;
    }
    assert.deepEqual(listed, ["A", "a b+c&d", "a.txt", "a/", "b", "c/", "z", "\u00e4", "\uff21-fullwidth", "😀-emoji"]);
  });

  behaves("gives no next marker in version 1 without a delimiter", async (subject) => {
    const Bucket = await bucketWithKeys(subject);
    const page = await subject.client.send(new ListObjectsCommand({ Bucket, MaxKeys: 2, Marker: "a.txt" }));
    assert.deepEqual(
      [page.Contents?.map(({ Key }) => Key), page.IsTruncated, page.NextMarker],
      [["a/b", "a/c/1"], true, undefined],
    );
  });
});
