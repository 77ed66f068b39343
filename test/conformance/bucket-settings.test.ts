import assert from "node:assert/strict";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeletePublicAccessBlockCommand,
  GetBucketOwnershipControlsCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketOwnershipControlsCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { conformance, refusalOf, type Subject } from "./conformance.ts";
import { sendRaw } from "./raw-request.ts";

/** An account that owns none of the servers' buckets. */
const stranger = "999999999999";

async function publicAccessBlockOf({ client, bucket }: Subject) {
  const answer = await client.send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
  return answer.PublicAccessBlockConfiguration;
}

function ownershipOf({ client, bucket }: Subject) {
  return client.send(new GetBucketOwnershipControlsCommand({ Bucket: bucket }));
}

conformance("settings of buckets", (behaves) => {
  behaves("blocks public access to new buckets", async (subject) => {
    const bucket = await subject.target.newBucket();
    assert.deepEqual(await publicAccessBlockOf({ ...subject, bucket }), {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
  });

  behaves("changes what public access is blocked, and deletes the block", async (subject) => {
    const { client, target } = subject;
    const bucket = await target.newBucket();
    const blocked = { BlockPublicAcls: true, IgnorePublicAcls: true };
    await client.send(new PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration: blocked }));
    const seen = await publicAccessBlockOf({ client, target, bucket });
    assert.deepEqual(seen, { ...blocked, BlockPublicPolicy: false, RestrictPublicBuckets: false });
    await client.send(new DeletePublicAccessBlockCommand({ Bucket: bucket }));
    const missing = { status: 404, code: "NoSuchPublicAccessBlockConfiguration" };
    assert.deepEqual(await refusalOf(publicAccessBlockOf({ client, target, bucket })), missing);
  });

  behaves("has the bucket's owner own all objects by default", async ({ client, target }) => {
    const { OwnershipControls } = await ownershipOf({ client, target, bucket: await target.newBucket() });
    assert.deepEqual(OwnershipControls?.Rules, [{ ObjectOwnership: "BucketOwnerEnforced" }]);
  });

  behaves("changes who owns the objects of a bucket", async ({ client, target }) => {
    const bucket = await target.newBucket();
    const OwnershipControls = { Rules: [{ ObjectOwnership: "ObjectWriter" as const }] };
    await client.send(new PutBucketOwnershipControlsCommand({ Bucket: bucket, OwnershipControls }));
    const answer = await ownershipOf({ client, target, bucket });
    assert.deepEqual(answer.OwnershipControls, OwnershipControls);
  });

  behaves("creates a bucket with an owner of its objects", async ({ client, target }) => {
    const bucket = `${await target.newBucket()}-owned`;
    await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectOwnership: "BucketOwnerPreferred" }));
    const { OwnershipControls } = await ownershipOf({ client, target, bucket });
    await client.send(new DeleteBucketCommand({ Bucket: bucket }));
    assert.deepEqual(OwnershipControls?.Rules, [{ ObjectOwnership: "BucketOwnerPreferred" }]);
  });

  behaves("refuses requests for a bucket of another account", async ({ client, target, bucket }) => {
    const to = { Bucket: bucket, ExpectedBucketOwner: stranger };
    const denied = { status: 403, code: "AccessDenied" };
    const requests = [
      client.send(new PutObjectCommand({ ...to, Key: "k", Body: "body" })),
      client.send(new ListObjectsV2Command(to)),
    ];
    assert.deepEqual(await Promise.all(requests.map(refusalOf)), [denied, denied]);
    assert.equal((await refusalOf(client.send(new HeadBucketCommand(to)))).status, 403);
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: "source", Body: "body" }));
    const headers = { "x-amz-copy-source": `${bucket}/source`, "x-amz-source-expected-bucket-owner": stranger };
    const copy = await sendRaw(target, { method: "PUT", path: `/${bucket}/copy`, headers });
    assert.deepEqual([copy.status, copy.error.Code], [403, "AccessDenied"]);
  });

  behaves("tells a requester who offers to pay that the request was charged", async ({ client, bucket }) => {
    const to = { Bucket: bucket, Key: "paid", RequestPayer: "requester" } as const;
    const put = await client.send(new PutObjectCommand({ ...to, Body: "body" }));
    const get = await client.send(new GetObjectCommand(to));
    await get.Body?.transformToString();
    assert.deepEqual([put.RequestCharged, get.RequestCharged], ["requester", "requester"]);
  });
});
