import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";
import { sendRaw } from "./raw-request.ts";

const content = "The quick brown fox jumps over the lazy dog";
const invalidRequest = { status: 400, code: "InvalidRequest" };
const header = "x-amz-server-side-encryption-customer";

const md5 = (bytes: Uint8Array | string): Buffer => createHash("md5").update(bytes).digest();

function keyOf(seed: string) {
  const key = createHash("sha256").update(seed).digest();
  return { algorithm: "AES256", key: key.toString("base64"), md5: md5(key).toString("base64") };
}

const one = keyOf("one");
const other = keyOf("other");

function withKey({ algorithm, key, md5: keyMd5 }: typeof one) {
  return { SSECustomerAlgorithm: algorithm, SSECustomerKey: key, SSECustomerKeyMD5: keyMd5 };
}

function fromKey({ algorithm, key, md5: keyMd5 }: typeof one) {
  return {
    CopySourceSSECustomerAlgorithm: algorithm,
    CopySourceSSECustomerKey: key,
    CopySourceSSECustomerKeyMD5: keyMd5,
  };
}

/** How an answer tells that it is about an object under a key. */
function toldKey(answer: { SSECustomerAlgorithm?: string | undefined; SSECustomerKeyMD5?: string | undefined }) {
  return [answer.SSECustomerAlgorithm, answer.SSECustomerKeyMD5];
}

function put({ client, bucket }: Subject, Key: string, more: object = withKey(one)) {
  return client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: content, ...more }));
}

async function read({ client, bucket }: Subject, Key: string, more: object): Promise<string | undefined> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key, ...more }));
  return Body?.transformToString();
}

function copy({ client, bucket }: Subject, from: string, Key: string, more: object) {
  return client.send(new CopyObjectCommand({ Bucket: bucket, Key, CopySource: `${bucket}/${from}`, ...more }));
}

/** Puts an object with the headers of a key as they are given; undefined leaves one out. */
async function putRaw({ target, bucket }: Subject, headers: Readonly<Record<string, string | undefined>>) {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[`${header}-${name}`, value] as const],
  );
  const path = `/${bucket}/raw`;
  const { status, error } = await sendRaw(target, {
    method: "PUT",
    path,
    body: content,
    headers: Object.fromEntries(given),
  });
  return { status, code: error.Code };
}

conformance("customer keys", (behaves) => {
  behaves("keeps an object under the customer's key, and gives it back for the key", async (subject) => {
    const { client, bucket } = subject;
    const written = await put(subject, "object");
    const get = await client.send(new GetObjectCommand({ Bucket: bucket, Key: "object", ...withKey(one) }));
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: "object", ...withKey(one) }));
    assert.equal(await get.Body?.transformToString(), content);
    assert.equal(head.ContentLength, content.length);
    assert.deepEqual([written, get, head].map(toldKey), Array(3).fill(["AES256", one.md5]));
  });

  behaves("gives a range of an object for the key", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "ranged");
    const request = { Bucket: bucket, Key: "ranged", ...withKey(one), Range: "bytes=4-8" };
    const got = await client.send(new GetObjectCommand(request));
    assert.deepEqual([await got.Body?.transformToString(), ...toldKey(got)], ["quick", "AES256", one.md5]);
  });

  behaves("gives an object under a customer's key an ETag that is not its MD5", async (subject) => {
    const { ETag } = await put(subject, "etag");
    assert.match(ETag ?? "", /^"[0-9a-f]{32}"$/);
    assert.notEqual(ETag, `"${md5(content).toString("hex")}"`);
  });

  behaves("keeps the checksum of the plain bytes beside a customer's key", async (subject) => {
    const { client, bucket } = subject;
    const ChecksumSHA256 = createHash("sha256").update(content).digest("base64");
    await put(subject, "checksum", { ...withKey(one), ChecksumSHA256 });
    const request = { Bucket: bucket, Key: "checksum", ...withKey(one), ChecksumMode: "ENABLED" } as const;
    const head = await client.send(new HeadObjectCommand(request));
    assert.deepEqual([head.ChecksumSHA256, ...toldKey(head)], [ChecksumSHA256, "AES256", one.md5]);
  });

  behaves("does not give an object without its customer's key", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "no-key");
    assert.deepEqual(await refusalOf(read(subject, "no-key", {})), invalidRequest);
    const head = await refusalOf(client.send(new HeadObjectCommand({ Bucket: bucket, Key: "no-key" })));
    assert.equal(head.status, 400);
  });

  behaves("does not give an object for another key than its customer's", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "other-key");
    const denied = { status: 403, code: "AccessDenied" };
    assert.deepEqual(await refusalOf(read(subject, "other-key", withKey(other))), denied);
    const head = new HeadObjectCommand({ Bucket: bucket, Key: "other-key", ...withKey(other) });
    assert.equal((await refusalOf(client.send(head))).status, 403);
  });

  behaves("refuses a customer's key for an object that is under none", async (subject) => {
    await put(subject, "plain", {});
    assert.deepEqual(await refusalOf(read(subject, "plain", withKey(one))), invalidRequest);
  });

  const { algorithm, key, md5: keyMd5 } = one;
  const wrong: readonly (readonly [what: string, headers: Record<string, string | undefined>, code: string])[] = [
    ["without an algorithm", { key, "key-md5": keyMd5 }, "InvalidArgument"],
    ["for another algorithm", { algorithm: "AES128", key, "key-md5": keyMd5 }, "InvalidEncryptionAlgorithmError"],
    ["that is missing", { algorithm, "key-md5": keyMd5 }, "InvalidArgument"],
    ["without its MD5", { algorithm, key }, "InvalidArgument"],
    [
      "of 128 bits",
      { algorithm, key: keyMd5, "key-md5": md5(Buffer.from(keyMd5, "base64")).toString("base64") },
      "InvalidArgument",
    ],
    ["with the MD5 of another", { algorithm, key, "key-md5": other.md5 }, "InvalidArgument"],
  ];
  for (const [what, headers, code] of wrong) {
    behaves(`refuses a customer's key ${what}`, async (subject) => {
      assert.deepEqual(await putRaw(subject, headers), { status: 400, code });
    });
  }

  behaves("refuses a customer's key beside a key of S3's", async (subject) => {
    const request = put(subject, "both", { ...withKey(one), ServerSideEncryption: "AES256" });
    assert.deepEqual(await refusalOf(request), { status: 400, code: "InvalidArgument" });
  });

  behaves("copies from one customer's key to another, and to none", async (subject) => {
    await put(subject, "copied");
    const copied = await copy(subject, "copied", "copied-to", { ...fromKey(one), ...withKey(other) });
    assert.deepEqual(toldKey(copied), ["AES256", other.md5]);
    assert.equal(await read(subject, "copied-to", withKey(other)), content);
    const plain = await copy(subject, "copied", "copied-plain", fromKey(one));
    assert.deepEqual(toldKey(plain), [undefined, undefined]);
    assert.equal(await read(subject, "copied-plain", {}), content);
  });

  behaves("does not copy an object without its customer's key", async (subject) => {
    await put(subject, "uncopied");
    assert.deepEqual(await refusalOf(copy(subject, "uncopied", "to", {})), invalidRequest);
    const denied = { status: 403, code: "AccessDenied" };
    assert.deepEqual(await refusalOf(copy(subject, "uncopied", "to", fromKey(other))), denied);
  });

  behaves("uploads parts under a customer's key, some of them copies", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "part-source");
    const to = { Bucket: bucket, Key: "parts", ...withKey(one) };
    const { UploadId, ...created } = await client.send(new CreateMultipartUploadCommand(to));
    const bigPart = Buffer.alloc(5 * 1024 * 1024, "big part ");
    const part = await client.send(new UploadPartCommand({ ...to, UploadId, PartNumber: 1, Body: bigPart }));
    const copied = await client.send(
      new UploadPartCopyCommand({
        ...to,
        UploadId,
        PartNumber: 2,
        CopySource: `${bucket}/part-source`,
        ...fromKey(one),
      }),
    );
    const Parts = [part.ETag, copied.CopyPartResult?.ETag].map((ETag, i) => ({ PartNumber: i + 1, ETag }));
    await client.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts } }));
    const head = await client.send(new HeadObjectCommand(to));
    assert.equal(await read(subject, "parts", { ...withKey(one), Range: `bytes=${bigPart.length}-` }), content);
    assert.deepEqual([created, part, copied, head].map(toldKey), Array(4).fill(["AES256", one.md5]));
    const plainEtag = md5(Buffer.concat([md5(bigPart), md5(content)])).toString("hex");
    assert.match(head.ETag ?? "", /^"[0-9a-f]{32}-2"$/);
    assert.notEqual(head.ETag, `"${plainEtag}-2"`);
  });

  behaves("refuses a part without the customer's key that its upload was created with", async (subject) => {
    const { client, bucket } = subject;
    const to = { Bucket: bucket, Key: "part-keys" };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...to, ...withKey(one) }));
    for (const more of [{}, withKey(other)]) {
      const part = new UploadPartCommand({ ...to, UploadId, PartNumber: 1, Body: content, ...more });
      assert.deepEqual(await refusalOf(client.send(part)), invalidRequest);
    }
  });

  behaves(
    "wants the customer's key of an upload with checksums also to list its parts and to complete it",
    async (subject) => {
      const { client, bucket } = subject;
      const to = { Bucket: bucket, Key: "summed-parts", ...withKey(one) };
      const about = { ...to, ChecksumAlgorithm: "SHA256" } as const;
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(about));
      const ChecksumSHA256 = createHash("sha256").update(content).digest("base64");
      const part = { ...to, UploadId, PartNumber: 1, Body: content, ChecksumSHA256 };
      const { ETag } = await client.send(new UploadPartCommand(part));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag, ChecksumSHA256 }] };
      const keyless = { Bucket: bucket, Key: "summed-parts", UploadId };
      const refusals = [
        await refusalOf(client.send(new ListPartsCommand(keyless))),
        await refusalOf(client.send(new CompleteMultipartUploadCommand({ ...keyless, MultipartUpload }))),
      ];
      assert.deepEqual(refusals, [invalidRequest, invalidRequest]);
      const { Parts } = await client.send(new ListPartsCommand({ ...to, UploadId }));
      assert.equal(Parts?.[0]?.ChecksumSHA256, ChecksumSHA256);
      await client.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload }));
    },
  );
});
