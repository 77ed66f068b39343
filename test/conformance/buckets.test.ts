import assert from "node:assert/strict";
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf } from "./conformance.ts";

conformance("buckets", (behaves) => {
  behaves("lists a bucket that has been created, and finds it by HEAD", async ({ client, bucket }) => {
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
    assert.ok(Buckets.some(({ Name }) => Name === bucket));
    const { $metadata } = await client.send(new HeadBucketCommand({ Bucket: bucket }));
    assert.equal($metadata.httpStatusCode, 200);
  });

  behaves("tells a bucket's region on HEAD", async ({ client, bucket, target }) => {
    const { BucketRegion } = await client.send(new HeadBucketCommand({ Bucket: bucket }));
    assert.equal(BucketRegion, target.region);
  });

  behaves("names no location for a bucket in us-east-1", async ({ client, bucket }) => {
    const { LocationConstraint } = await client.send(new GetBucketLocationCommand({ Bucket: bucket }));
    assert.equal(LocationConstraint ?? "", "");
  });

  behaves("knows no bucket that was not created", async ({ client }) => {
    const Bucket = "no-such-bucket-was-created";
    assert.deepEqual(await refusalOf(client.send(new HeadBucketCommand({ Bucket }))), {
      status: 404,
      code: "NotFound",
    });
    const missing = { status: 404, code: "NoSuchBucket" };
    assert.deepEqual(await refusalOf(client.send(new ListObjectsV2Command({ Bucket }))), missing);
    assert.deepEqual(await refusalOf(client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "b" }))), missing);
    assert.deepEqual(await refusalOf(client.send(new DeleteBucketCommand({ Bucket }))), missing);
  });

  for (const name of ["Upper-Case", "under_score", "ends-with-", "two..dots", "192.168.1.1"]) {
    behaves(`refuses to create a bucket with the name ${name}`, async ({ client }) => {
      assert.deepEqual(await refusalOf(client.send(new CreateBucketCommand({ Bucket: name }))), {
        status: 400,
        code: "InvalidBucketName",
      });
    });
  }

  behaves("deletes a bucket only when it holds no object", async ({ client, target }) => {
    const Bucket = await target.newBucket();
    await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "b" }));
    assert.deepEqual(await refusalOf(client.send(new DeleteBucketCommand({ Bucket }))), {
      status: 409,
      code: "BucketNotEmpty",
    });
    await client.send(new DeleteObjectCommand({ Bucket, Key: "k" }));
    await client.send(new DeleteBucketCommand({ Bucket }));
    assert.deepEqual(await refusalOf(client.send(new HeadBucketCommand({ Bucket }))), {
      status: 404,
      code: "NotFound",
    });
    await client.send(new CreateBucketCommand({ Bucket }));
  });

  behaves("does not mistake an upload in progress for an object", async ({ client, bucket }) => {
    const Key = "in-progress";
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }));
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    assert.equal(Contents, undefined);
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
  });
});
