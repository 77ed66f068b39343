import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type ServerSideEncryptionByDefault,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";

const content = "The quick brown fox jumps over the lazy dog";
const keyArn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const managedKey = /^arn:aws:kms:[\w-]+:\d{12}:key\/[\w-]{36}$/;
const kms = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: keyArn } as const;

const md5 = (bytes: Uint8Array | string): Buffer => createHash("md5").update(bytes).digest();

/** How an answer tells of the encryption of the object that it is about. */
function toldEncryption(answer: {
  ServerSideEncryption?: string | undefined;
  SSEKMSKeyId?: string | undefined;
  BucketKeyEnabled?: boolean | undefined;
}) {
  return [answer.ServerSideEncryption, answer.SSEKMSKeyId, answer.BucketKeyEnabled];
}

function put({ client, bucket }: Subject, Key: string, more: Partial<PutObjectCommandInput> = {}) {
  return client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: content, ...more }));
}

function head({ client, bucket }: Subject, Key: string) {
  return client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
}

/** A bucket of its own, with a default encryption. */
async function encryptedBucket(
  { client, target }: Subject,
  ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault,
  BucketKeyEnabled: boolean,
) {
  const bucket = await target.newBucket();
  const Rules = [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled }];
  const ServerSideEncryptionConfiguration = { Rules };
  await client.send(new PutBucketEncryptionCommand({ Bucket: bucket, ServerSideEncryptionConfiguration }));
  return { client, target, bucket };
}

async function defaultOf({ client, bucket }: Subject) {
  const answer = await client.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
  return answer.ServerSideEncryptionConfiguration?.Rules;
}

conformance("encryption", (behaves) => {
  for (const more of [{}, { ServerSideEncryption: "AES256" } as const]) {
    behaves(`encrypts with S3's keys where ${Object.keys(more)[0] ?? "nothing"} is said`, async (subject) => {
      const { client, bucket } = subject;
      const written = await put(subject, "managed", more);
      const get = await client.send(new GetObjectCommand({ Bucket: bucket, Key: "managed" }));
      assert.equal(await get.Body?.transformToString(), content);
      const answers = [written, get, await head(subject, "managed")];
      assert.deepEqual(answers.map(toldEncryption), Array(3).fill(["AES256", undefined, undefined]));
      assert.equal(written.ETag, `"${md5(content).toString("hex")}"`);
    });
  }

  behaves("refuses an encryption that does not exist", async (subject) => {
    const request = put(subject, "refused", { ServerSideEncryption: "aws:rot13" as "aws:kms" });
    assert.deepEqual(await refusalOf(request), { status: 400, code: "InvalidArgument" });
  });

  behaves("refuses a key of AWS KMS for an encryption that has none", async (subject) => {
    const request = put(subject, "refused", { ServerSideEncryption: "AES256", SSEKMSKeyId: keyArn });
    assert.deepEqual(await refusalOf(request), { status: 400, code: "InvalidArgument" });
  });

  behaves("encrypts new buckets with S3's keys by default", async (subject) => {
    const bucket = await subject.target.newBucket();
    assert.deepEqual(await defaultOf({ ...subject, bucket }), [
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false },
    ]);
  });
});

conformance("keys of AWS KMS", (behaves) => {
  for (const ServerSideEncryption of ["aws:kms", "aws:kms:dsse"] as const) {
    behaves(`encrypts with ${ServerSideEncryption} and the key that is named`, async (subject) => {
      const { client, bucket } = subject;
      const written = await put(subject, "kms", { ServerSideEncryption, SSEKMSKeyId: keyArn });
      const get = await client.send(new GetObjectCommand({ Bucket: bucket, Key: "kms" }));
      assert.equal(await get.Body?.transformToString(), content);
      const answers = [written, get, await head(subject, "kms")];
      assert.deepEqual(answers.map(toldEncryption), Array(3).fill([ServerSideEncryption, keyArn, undefined]));
    });

    behaves(`encrypts with ${ServerSideEncryption} and the key of AWS where none is named`, async (subject) => {
      const written = await put(subject, "kms-managed", { ServerSideEncryption });
      assert.equal(written.ServerSideEncryption, ServerSideEncryption);
      assert.match(written.SSEKMSKeyId ?? "", managedKey);
    });

    behaves(`gives an object under ${ServerSideEncryption} an ETag that is not its MD5`, async (subject) => {
      const { ETag } = await put(subject, "kms-etag", { ServerSideEncryption });
      assert.match(ETag ?? "", /^"[0-9a-f]{32}"$/);
      assert.notEqual(ETag, `"${md5(content).toString("hex")}"`);
      assert.equal((await head(subject, "kms-etag")).ETag, ETag);
    });
  }

  behaves("names the key of AWS KMS by its ARN, though the request names its id alone", async (subject) => {
    const written = await put(subject, "kms-id", { ...kms, SSEKMSKeyId: keyArn.split("/")[1] });
    assert.match(written.SSEKMSKeyId ?? "", managedKey);
    assert.ok(written.SSEKMSKeyId?.endsWith(keyArn.split("/")[1] ?? "-"));
  });

  behaves("uses a bucket key for an object where asked to", async (subject) => {
    const written = await put(subject, "bucket-key", { ...kms, BucketKeyEnabled: true });
    const answers = [written, await head(subject, "bucket-key")];
    assert.deepEqual(answers.map(toldEncryption), Array(2).fill(["aws:kms", keyArn, true]));
  });

  behaves("keeps the checksum of the plain bytes beside a key of AWS KMS", async (subject) => {
    const { client, bucket } = subject;
    const ChecksumSHA256 = createHash("sha256").update(content).digest("base64");
    await put(subject, "kms-checksum", { ...kms, ChecksumSHA256 });
    const request = new HeadObjectCommand({ Bucket: bucket, Key: "kms-checksum", ChecksumMode: "ENABLED" });
    const { ServerSideEncryption, ChecksumSHA256: kept } = await client.send(request);
    assert.deepEqual([ServerSideEncryption, kept], ["aws:kms", ChecksumSHA256]);
  });

  behaves("uploads parts under a key of AWS KMS", async (subject) => {
    const { client, bucket } = subject;
    const to = { Bucket: bucket, Key: "kms-parts" };
    const { UploadId, ...created } = await client.send(new CreateMultipartUploadCommand({ ...to, ...kms }));
    const part = await client.send(new UploadPartCommand({ ...to, UploadId, PartNumber: 1, Body: content }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: part.ETag }] };
    const completed = await client.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload }));
    const answers = [created, part, completed, await head(subject, "kms-parts")];
    assert.deepEqual(answers.map(toldEncryption), Array(4).fill(["aws:kms", keyArn, undefined]));
    assert.match(completed.ETag ?? "", /^"[0-9a-f]{32}-1"$/);
    assert.notEqual(completed.ETag, `"${md5(md5(content)).toString("hex")}-1"`);
  });

  behaves("does not copy the encryption of an object", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "kms-source", kms);
    const to = { Bucket: bucket, CopySource: `${bucket}/kms-source` };
    const plain = await client.send(new CopyObjectCommand({ ...to, Key: "kms-not-copied" }));
    const again = await client.send(new CopyObjectCommand({ ...to, Key: "kms-again", ...kms }));
    assert.deepEqual([plain, again].map(toldEncryption), [
      ["AES256", undefined, undefined],
      ["aws:kms", keyArn, undefined],
    ]);
    assert.equal(plain.CopyObjectResult?.ETag, `"${md5(content).toString("hex")}"`);
    assert.notEqual(again.CopyObjectResult?.ETag, `"${md5(content).toString("hex")}"`);
  });

  behaves("changes the encryption of an object by a copy onto itself", async (subject) => {
    const { client, bucket } = subject;
    await put(subject, "kms-itself");
    const to = { Bucket: bucket, Key: "kms-itself", CopySource: `${bucket}/kms-itself` };
    await client.send(new CopyObjectCommand({ ...to, ...kms }));
    assert.deepEqual(toldEncryption(await head(subject, "kms-itself")), ["aws:kms", keyArn, undefined]);
  });

  behaves("encrypts as the bucket does where the request says nothing", async (subject) => {
    const byDefault = { SSEAlgorithm: "aws:kms", KMSMasterKeyID: keyArn } as const;
    const encrypted = await encryptedBucket(subject, byDefault, true);
    assert.deepEqual(await defaultOf(encrypted), [
      { ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: true },
    ]);
    const answers = [
      await put(encrypted, "by-default"),
      await head(encrypted, "by-default"),
      await put(encrypted, "said", { ServerSideEncryption: "AES256" }),
    ];
    assert.deepEqual(answers.map(toldEncryption), [
      ["aws:kms", keyArn, true],
      ["aws:kms", keyArn, true],
      ["AES256", undefined, undefined],
    ]);
    await encrypted.client.send(new DeleteBucketEncryptionCommand({ Bucket: encrypted.bucket }));
    assert.deepEqual(toldEncryption(await put(encrypted, "after")), ["AES256", undefined, undefined]);
  });
});
