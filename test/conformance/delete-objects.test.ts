import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { DeleteObjectsCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { conformance, type Subject } from "./conformance.ts";
import { sendRaw } from "./raw-request.ts";

function post({ target, bucket }: Subject, body: string, headers?: Record<string, string | null>) {
  const md5 = createHash("md5").update(body).digest("base64");
  return sendRaw(target, {
    method: "POST",
    path: `/${bucket}`,
    query: { delete: "" },
    body,
    headers: { "content-md5": md5, ...headers },
  });
}

function documentOf(keys: readonly string[]): string {
  return `<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join("")}</Delete>`;
}

conformance("deleting many objects", (behaves) => {
  behaves("deletes the named objects and reports each, existing or not", async ({ target, client }) => {
    const Bucket = await target.newBucket();
    const keys = ["a", "b&<c>", "d/é", "line\rfeed"];
    await Promise.all(keys.map((Key) => client.send(new PutObjectCommand({ Bucket, Key, Body: Key }))));
    const Objects = [...keys.slice(1), "absent"].map((Key) => ({ Key }));
    const { Deleted, Errors } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    assert.deepEqual(Deleted?.map(({ Key }) => Key).sort(), Objects.map(({ Key }) => Key).sort());
    assert.equal(Errors, undefined);
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
    assert.deepEqual(
      Contents?.map(({ Key }) => Key),
      ["a"],
    );
  });

  behaves("reports nothing that succeeded when asked to be quiet", async ({ client, bucket }) => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: "quiet", Body: "q" }));
    const answer = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [{ Key: "quiet" }], Quiet: true } }),
    );
    assert.deepEqual([answer.Deleted, answer.Errors], [undefined, undefined]);
  });

  behaves("takes 1,000 keys", async (subject) => {
    const answer = await post(subject, documentOf(Array.from({ length: 1000 }, (_, i) => `key-&amp;-${i}`)));
    assert.equal(answer.status, 200);
    assert.equal(answer.body.split("<Deleted>").length - 1, 1000);
  });

  behaves("refuses more than 1,000 keys", async (subject) => {
    const answer = await post(subject, documentOf(Array.from({ length: 1001 }, (_, i) => `key-${i}`)));
    assert.deepEqual([answer.status, answer.error.Code], [400, "MalformedXML"]);
  });

  behaves("refuses a deletion of nothing", async (subject) => {
    const answer = await post(subject, documentOf([]));
    assert.deepEqual([answer.status, answer.error.Code], [400, "MalformedXML"]);
  });

  behaves("refuses a deletion whose document is not XML", async (subject) => {
    const answer = await post(subject, "<Delete><Object>");
    assert.deepEqual([answer.status, answer.error.Code], [400, "MalformedXML"]);
  });

  behaves("refuses a deletion without Content-MD5 or checksum", async (subject) => {
    const answer = await post(subject, documentOf(["a"]), { "content-md5": null });
    assert.deepEqual([answer.status, answer.error.Code], [400, "InvalidRequest"]);
  });

  behaves("refuses a deletion whose Content-MD5 is of something else", async (subject) => {
    const answer = await post(subject, documentOf(["a"]), { "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==" });
    assert.deepEqual([answer.status, answer.error.Code], [400, "BadDigest"]);
  });
});
