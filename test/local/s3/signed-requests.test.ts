import assert from "node:assert/strict";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { type RawTarget, sendRaw } from "../../conformance/raw-request.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../../target.ts";

describe("the embedded server, asked by its owner", () => {
  let target: EmbeddedTarget;
  let client: S3Client;
  let Bucket: string;
  before(async () => {
    target = await startEmbeddedTarget();
    client = target.client();
  });
  beforeEach(async () => {
    Bucket = await target.newBucket();
  });
  after(() => target.stop());

  async function deny(...statements: readonly object[]): Promise<void> {
    const Statement = statements.map((statement) => ({ Effect: "Deny", Principal: "*", ...statement }));
    await client.send(
      new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) }),
    );
  }
  const put = (more: object = {}) => client.send(new PutObjectCommand({ Bucket, Key: "a/b", Body: "b", ...more }));
  const denied = (action: string, resource: string) => ({
    name: "AccessDenied",
    message: `User: arn:aws:iam::111122223333:root is not authorized to perform: ${action} on resource: "arn:aws:s3:::${resource}" with an explicit deny in a resource-based policy`,
  });

  for (const [title, Condition] of [
    ["no encryption", { Null: { "s3:x-amz-server-side-encryption": "true" } }],
    ["no other encryption", { StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" } }],
    ["none or another encryption", { StringNotLike: { "s3:x-amz-server-side-encryption": ["aws:kms", "aws:kms:*"] } }],
  ] as const) {
    it(`refuses objects where the bucket's policy denies ${title}, and takes others, in parts too`, async () => {
      await deny({ Action: "s3:PutObject", Resource: `arn:aws:s3:::${Bucket}/*`, Condition });
      await assert.rejects(put(), denied("s3:PutObject", `${Bucket}/a/b`));
      const kms = { ServerSideEncryption: "aws:kms" as const };
      await put(kms);
      const object = { Bucket, Key: "parts" };
      await assert.rejects(
        client.send(new CreateMultipartUploadCommand(object)),
        denied("s3:PutObject", `${Bucket}/parts`),
      );
      const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...object, ...kms }));
      const { ETag } = await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: "p" }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
      await client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload }));
      assert.equal((await client.send(new HeadObjectCommand(object))).ContentLength, 1);
    });
  }

  it("refuses plain http where the bucket's policy does, but for the policy itself", async () => {
    await put();
    const Resource = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];
    await deny({ Action: "s3:*", Resource, Condition: { Bool: { "aws:SecureTransport": "false" } } });
    await assert.rejects(put(), denied("s3:PutObject", `${Bucket}/a/b`));
    await assert.rejects(
      client.send(new GetObjectCommand({ Bucket, Key: "a/b" })),
      denied("s3:GetObject", `${Bucket}/a/b`),
    );
    await assert.rejects(client.send(new ListObjectsV2Command({ Bucket })), denied("s3:ListBucket", Bucket));
    await client.send(new DeleteBucketPolicyCommand({ Bucket }));
    await put();
  });

  it("takes what a policy denies to others, elsewhere, or under a condition that it does not know", async () => {
    const Resource = `arn:aws:s3:::${Bucket}/*`;
    const all = { Action: "s3:PutObject", Resource };
    await deny(
      { ...all, Principal: { AWS: "arn:aws:iam::123456789012:root" } },
      { ...all, Resource: `arn:aws:s3:::${Bucket}/elsewhere/*` },
      { ...all, Condition: { NotIpAddress: { "aws:SourceIp": "192.0.2.0/24" } } },
      { ...all, Condition: { Bool: { "aws:SecureTransport": "true" } } },
    );
    await put();
  });

  it("answers a completion that is repeated as it did before, and no other one", async () => {
    const object = { Bucket, Key: "parts" };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
    const { ETag } = await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: "p" }));
    const complete = (etag = ETag) => {
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: etag }] };
      return client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload }));
    };
    const { $metadata: _, ...first } = await complete();
    const { $metadata: __, ...second } = await complete();
    assert.deepEqual(second, first);
    await assert.rejects(complete('"0123"'), { name: "NoSuchUpload" });
  });

  it("keeps metadata in raw UTF-8 as it came", async () => {
    const value = "naïve 日本 😀";
    const raw: RawTarget = target;
    const answer = await sendRaw(raw, {
      method: "PUT",
      path: `/${Bucket}/utf8`,
      headers: { "x-amz-meta-name": value },
      body: Buffer.from("b"),
      // Node writes each character as one byte, unless a text comes behind it.
      tamper: (headers) => {
        headers["x-amz-meta-name"] = Buffer.from(value).toString("latin1");
      },
    });
    assert.equal(answer.status, 200, answer.body);
    for (const method of ["HEAD", "GET"]) {
      const { headers } = await sendRaw(raw, { method, path: `/${Bucket}/utf8` });
      assert.equal(Buffer.from(String(headers["x-amz-meta-name"]), "latin1").toString(), value, method);
    }
  });
});
