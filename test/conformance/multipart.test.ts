import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";
import { sendRaw } from "./raw-request.ts";

const minPartBytes = 5 * 1024 * 1024;
const bigPart = Buffer.alloc(minPartBytes, "big part ");
const lastPart = Buffer.from("the last part may be small");

async function create({ client, bucket }: Subject, Key: string, more: object = {}): Promise<string> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key, ...more }));
  return UploadId ?? "";
}

async function upload({ client, bucket }: Subject, Key: string, UploadId: string, PartNumber: number, Body: Buffer) {
  const { ETag } = await client.send(new UploadPartCommand({ Bucket: bucket, Key, UploadId, PartNumber, Body }));
  return { PartNumber, ETag };
}

function complete(
  { client, bucket }: Subject,
  Key: string,
  UploadId: string,
  Parts: { PartNumber: number; ETag: string | undefined }[],
  more: Partial<CompleteMultipartUploadCommandInput> = {},
) {
  return client.send(
    new CompleteMultipartUploadCommand({ Bucket: bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }),
  );
}

/** An object of one big part and a small one. */
async function putInParts(subject: Subject, Key: string, more: object = {}) {
  const id = await create(subject, Key, more);
  const parts = [await upload(subject, Key, id, 1, bigPart), await upload(subject, Key, id, 2, lastPart)];
  return complete(subject, Key, id, parts);
}

/**
 * Uploads in progress in a bucket of their own, with their ids in the order of the keys given.
 * @param pauseMs between two of them, for servers whose clock is coarse
 */
async function startUploads({ target, client }: Subject, keys: readonly string[], pauseMs = 0) {
  const bucket = await target.newBucket();
  const ids: string[] = [];
  for (const key of keys) {
    ids.push(await create({ target, client, bucket }, key));
    await sleep(pauseMs);
  }
  return { client, bucket, ids };
}

const md5 = (bytes: Uint8Array): Buffer => createHash("md5").update(bytes).digest();

conformance("multipart uploads", (behaves) => {
  behaves("joins the parts, with an ETag made of theirs", async (subject) => {
    const { client, bucket } = subject;
    const { ETag } = await putInParts(subject, "joined", { ContentType: "text/plain", Metadata: { a: "1" } });
    const expected = `"${md5(Buffer.concat([md5(bigPart), md5(lastPart)])).toString("hex")}-2"`;
    const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key: "joined" }));
    const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
    assert.ok(bytes.equals(Buffer.concat([bigPart, lastPart])));
    assert.deepEqual([ETag, got.ETag, got.ContentType, got.Metadata], [expected, expected, "text/plain", { a: "1" }]);
  });

  behaves("reads a range across parts", async (subject) => {
    await putInParts(subject, "across");
    const Range = `bytes=${minPartBytes - 4}-${minPartBytes + 3}`;
    const got = await subject.client.send(new GetObjectCommand({ Bucket: subject.bucket, Key: "across", Range }));
    const expected = Buffer.concat([bigPart.subarray(-4), lastPart.subarray(0, 4)]).toString();
    assert.equal(await got.Body?.transformToString(), expected);
  });

  behaves("reads one part by its number", async (subject) => {
    const { client, bucket } = subject;
    await putInParts(subject, "by-part");
    const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key: "by-part", PartNumber: 2 }));
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: "by-part", PartNumber: 1 }));
    assert.equal(await got.Body?.transformToString(), lastPart.toString());
    assert.deepEqual(
      [got.$metadata.httpStatusCode, got.PartsCount, head.PartsCount, head.ContentLength],
      [206, 2, 2, minPartBytes],
    );
    const missing = client.send(new GetObjectCommand({ Bucket: bucket, Key: "by-part", PartNumber: 3 }));
    assert.deepEqual(await refusalOf(missing), { status: 416, code: "InvalidPartNumber" });
  });

  behaves("keeps the last upload of a part, and leaves out parts that are not listed", async (subject) => {
    const Key = "replaced-part";
    const id = await create(subject, Key);
    await upload(subject, Key, id, 1, lastPart);
    const part = await upload(subject, Key, id, 1, Buffer.from("again"));
    await upload(subject, Key, id, 2, lastPart);
    await complete(subject, Key, id, [part]);
    const got = await subject.client.send(new GetObjectCommand({ Bucket: subject.bucket, Key }));
    assert.equal(await got.Body?.transformToString(), "again");
  });

  behaves("refuses a part other than the last that is smaller than 5 MiB", async (subject) => {
    const id = await create(subject, "small");
    const parts = [await upload(subject, "small", id, 1, lastPart), await upload(subject, "small", id, 2, lastPart)];
    assert.deepEqual(await refusalOf(complete(subject, "small", id, parts)), { status: 400, code: "EntityTooSmall" });
  });

  behaves("refuses parts out of order", async (subject) => {
    const id = await create(subject, "order");
    const one = await upload(subject, "order", id, 1, bigPart);
    const two = await upload(subject, "order", id, 2, bigPart);
    const disorder = { status: 400, code: "InvalidPartOrder" };
    assert.deepEqual(await refusalOf(complete(subject, "order", id, [two, one])), disorder);
    assert.deepEqual(await refusalOf(complete(subject, "order", id, [one, one])), disorder);
  });

  behaves("refuses a part that was not uploaded, or has another ETag", async (subject) => {
    const id = await create(subject, "wrong");
    const { ETag } = await upload(subject, "wrong", id, 1, lastPart);
    const invalid = { status: 400, code: "InvalidPart" };
    assert.deepEqual(await refusalOf(complete(subject, "wrong", id, [{ PartNumber: 2, ETag }])), invalid);
    const other = `"${"0".repeat(32)}"`;
    assert.deepEqual(await refusalOf(complete(subject, "wrong", id, [{ PartNumber: 1, ETag: other }])), invalid);
  });

  behaves("refuses to complete an upload without parts", async (subject) => {
    const id = await create(subject, "none");
    assert.deepEqual(await refusalOf(complete(subject, "none", id, [])), { status: 400, code: "MalformedXML" });
  });

  behaves("refuses to complete an upload with a document that is not XML", async (subject) => {
    const id = await create(subject, "garbled");
    const answer = await sendRaw(subject.target, {
      method: "POST",
      path: `/${subject.bucket}/garbled`,
      query: { uploadId: id },
      body: "no XML",
    });
    assert.deepEqual([answer.status, answer.error.Code], [400, "MalformedXML"]);
  });

  behaves("refuses an object size that is not the parts'", async (subject) => {
    const id = await create(subject, "size");
    const parts = [await upload(subject, "size", id, 1, lastPart)];
    const wrong = complete(subject, "size", id, parts, { MpuObjectSize: lastPart.length + 1 });
    assert.deepEqual(await refusalOf(wrong), { status: 400, code: "InvalidRequest" });
    await complete(subject, "size", id, parts, { MpuObjectSize: lastPart.length });
  });

  behaves("refuses part numbers outside 1 to 10,000", async (subject) => {
    const id = await create(subject, "numbers");
    for (const partNumber of [0, 10_001]) {
      const refusal = await refusalOf(upload(subject, "numbers", id, partNumber, lastPart));
      assert.deepEqual(refusal, { status: 400, code: "InvalidArgument" });
    }
  });

  behaves("completes under If-None-Match: * only where no object is", async (subject) => {
    const { client, bucket } = subject;
    const id = await create(subject, "condition");
    const parts = [await upload(subject, "condition", id, 1, lastPart)];
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: "condition", Body: "first" }));
    const refusal = await refusalOf(complete(subject, "condition", id, parts, { IfNoneMatch: "*" }));
    assert.deepEqual(refusal, { status: 412, code: "PreconditionFailed" });
  });

  behaves("forgets an upload that was aborted or completed", async (subject) => {
    const { client, bucket } = subject;
    const missing = { status: 404, code: "NoSuchUpload" };
    const aborted = await create(subject, "aborted");
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: "aborted", UploadId: aborted }));
    const completed = await create(subject, "completed");
    const parts = [await upload(subject, "completed", completed, 1, lastPart)];
    await complete(subject, "completed", completed, parts);
    assert.deepEqual(await refusalOf(upload(subject, "aborted", aborted, 1, lastPart)), missing);
    assert.deepEqual(await refusalOf(upload(subject, "completed", completed, 1, lastPart)), missing);
    const abort = new AbortMultipartUploadCommand({ Bucket: bucket, Key: "aborted", UploadId: aborted });
    assert.deepEqual(await refusalOf(client.send(abort)), missing);
  });

  behaves("lists the parts of an upload by number, in pages", async (subject) => {
    const { client, bucket } = subject;
    const Key = "list-parts";
    const UploadId = await create(subject, Key);
    for (const number of [30, 2, 7]) await upload(subject, Key, UploadId, number, Buffer.alloc(number));
    const list = async (PartNumberMarker?: string) => {
      const marker = PartNumberMarker === undefined ? {} : { PartNumberMarker };
      const page = await client.send(new ListPartsCommand({ Bucket: bucket, Key, UploadId, MaxParts: 2, ...marker }));
      const parts = page.Parts?.map(({ PartNumber, Size }) => ({ PartNumber, Size }));
      return { parts, isTruncated: page.IsTruncated, next: page.NextPartNumberMarker };
    };
    assert.deepEqual(await list(), {
      parts: [
        { PartNumber: 2, Size: 2 },
        { PartNumber: 7, Size: 7 },
      ],
      isTruncated: true,
      next: "7",
    });
    assert.deepEqual(await list("7"), { parts: [{ PartNumber: 30, Size: 30 }], isTruncated: false, next: "30" });
  });

  behaves("lists the uploads in progress by key", async (subject) => {
    const { client, bucket, ids } = await startUploads(subject, ["b", "a/2", "a/1", "c"]);
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    assert.deepEqual(
      Uploads?.map(({ Key, UploadId }) => [Key, UploadId]),
      [
        ["a/1", ids[2]],
        ["a/2", ids[1]],
        ["b", ids[0]],
        ["c", ids[3]],
      ],
    );
  });

  behaves("lists the uploads of one key by the time of their start", async (subject) => {
    const { client, bucket, ids } = await startUploads(subject, Array(12).fill("k"), 20);
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    assert.deepEqual(
      Uploads?.map(({ UploadId }) => UploadId),
      ids,
    );
  });

  behaves("lists the uploads in progress under a prefix alone", async (subject) => {
    const { client, bucket } = await startUploads(subject, ["b", "a/2", "a/1", "c"]);
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: "a/" }));
    assert.deepEqual(
      Uploads?.map(({ Key }) => Key),
      ["a/1", "a/2"],
    );
  });

  behaves("rolls the uploads in progress up at a delimiter", async (subject) => {
    const { client, bucket } = await startUploads(subject, ["b", "a/2", "a/1", "c"]);
    const page = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Delimiter: "/" }));
    assert.deepEqual([page.Uploads?.map(({ Key }) => Key), page.CommonPrefixes], [["b", "c"], [{ Prefix: "a/" }]]);
  });

  behaves("pages through the uploads in progress", async (subject) => {
    const { client, bucket, ids } = await startUploads(subject, ["a", "b", "c", "d"]);
    const listed: (string | undefined)[] = [];
    let marker = {};
    for (let pageCount = 1; pageCount <= ids.length; pageCount++) {
      const page = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, MaxUploads: 1, ...marker }));
      listed.push(...(page.Uploads ?? []).map(({ UploadId }) => UploadId));
      assert.equal(page.IsTruncated, pageCount < ids.length);
      marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
    assert.deepEqual(listed, ids);
  });
});
