import assert from "node:assert/strict";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type Tag,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";
import { sendRaw } from "./raw-request.ts";

const inHeader = "project=fox&a%2Fb%3Ac%3Dd%2Be-f.g_h%40i=";
const tooLong = "x".repeat(257);

function put({ client, bucket }: Subject, Key: string, Tagging?: string) {
  return client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "body", ...(Tagging && { Tagging }) }));
}

function tag({ client, bucket }: Subject, Key: string, TagSet: Tag[]) {
  return client.send(new PutObjectTaggingCommand({ Bucket: bucket, Key, Tagging: { TagSet } }));
}

async function tagsOf({ client, bucket }: Subject, Key: string): Promise<Tag[]> {
  const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key }));
  return TagSet.sort((a, b) => ((a.Key ?? "") < (b.Key ?? "") ? -1 : 1));
}

function numbered(count: number): Tag[] {
  return Array.from({ length: count }, (_, i) => ({ Key: `key-${i}`, Value: `${i}` }));
}

conformance("tags", (behaves) => {
  behaves("keeps the tags of an object that is put with them", async (subject) => {
    await put(subject, "put", inHeader);
    assert.deepEqual(await tagsOf(subject, "put"), [
      { Key: "a/b:c=d+e-f.g_h@i", Value: "" },
      { Key: "project", Value: "fox" },
    ]);
  });

  behaves("keeps the tags of an upload in parts", async (subject) => {
    const { client, bucket } = subject;
    const to = { Bucket: bucket, Key: "parts" };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...to, Tagging: "a=1" }));
    const { ETag } = await client.send(new UploadPartCommand({ ...to, UploadId, PartNumber: 1, Body: "body" }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await client.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload }));
    assert.deepEqual(await tagsOf(subject, "parts"), [{ Key: "a", Value: "1" }]);
  });

  behaves("puts, replaces and deletes the tags of an object that is there", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "later");
    assert.deepEqual(await tagsOf(subject, "later"), []);
    await tag(subject, "later", numbered(10));
    assert.deepEqual(await tagsOf(subject, "later"), numbered(10));
    await tag(subject, "later", numbered(1));
    assert.deepEqual(await tagsOf(subject, "later"), numbered(1));
    const { $metadata } = await client.send(new DeleteObjectTaggingCommand({ Bucket: bucket, Key: "later" }));
    assert.equal($metadata.httpStatusCode, 204);
    assert.deepEqual(await tagsOf(subject, "later"), []);
  });

  behaves("forgets the tags of an object that is put again", async (subject) => {
    await put(subject, "again", inHeader);
    await put(subject, "again");
    assert.deepEqual(await tagsOf(subject, "again"), []);
  });

  behaves("tells the number of tags on GET, if there are any", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "counted", inHeader);
    await put(subject, "untagged");
    const counts = ["counted", "untagged"].map(async (Key) => {
      const get = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      await get.Body?.transformToByteArray();
      return get.TagCount;
    });
    assert.deepEqual(await Promise.all(counts), [2, undefined]);
  });

  behaves("tells the number of tags on HEAD", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "counted-by-head", inHeader);
    const { TagCount } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: "counted-by-head" }));
    assert.equal(TagCount, 2);
  });

  const wrong: readonly (readonly [what: string, tags: Tag[], code: string])[] = [
    ["more than 10 tags", numbered(11), "BadRequest"],
    ["a tag's key of more than 128 characters", [{ Key: "k".repeat(129), Value: "" }], "InvalidTag"],
    ["a tag's value of more than 256 characters", [{ Key: "k", Value: tooLong }], "InvalidTag"],
    ["a tag without a key", [{ Key: "", Value: "v" }], "InvalidTag"],
    ["a tag whose key has other characters", [{ Key: "k!", Value: "v" }], "InvalidTag"],
    ["a tag whose key begins with aws:", [{ Key: "aws:k", Value: "v" }], "InvalidTag"],
    ["two tags of one key", [...numbered(1), ...numbered(1)], "InvalidTag"],
  ];
  for (const [what, TagSet, code] of wrong) {
    behaves(`refuses to tag an object with ${what}`, async (subject) => {
      await put(subject, "refused");
      assert.deepEqual(await refusalOf(tag(subject, "refused", TagSet)), { status: 400, code });
    });
  }

  const wrongHeaders: readonly (readonly [what: string, header: string, code: string])[] = [
    [
      "more than 10 tags",
      numbered(11)
        .map(({ Key, Value }) => `${Key}=${Value}`)
        .join("&"),
      "BadRequest",
    ],
    ["a tag's value of more than 256 characters", `k=${tooLong}`, "InvalidTag"],
    ["a tag whose key has other characters", "k%21=v", "InvalidTag"],
    ["two tags of one key", "k=1&k=2", "InvalidArgument"],
  ];
  for (const [what, header, code] of wrongHeaders) {
    behaves(`refuses to put an object with ${what}`, async (subject) => {
      assert.deepEqual(await refusalOf(put(subject, "refused", header)), { status: 400, code });
    });
  }

  behaves("refuses tags whose document is not XML", async (subject) => {
    await put(subject, "garbled");
    const answer = await sendRaw(subject.target, {
      method: "PUT",
      path: `/${subject.bucket}/garbled`,
      query: { tagging: "" },
      body: "<Tagging>",
    });
    assert.deepEqual([answer.status, answer.error.Code], [400, "MalformedXML"]);
  });

  behaves("has no tags of what is not there", async (subject) => {
    const missing = { status: 404, code: "NoSuchKey" };
    assert.deepEqual(await refusalOf(tagsOf(subject, "absent")), missing);
    assert.deepEqual(await refusalOf(tag(subject, "absent", numbered(1))), missing);
  });
});
