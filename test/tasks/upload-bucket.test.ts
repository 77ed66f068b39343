import assert from "node:assert/strict";
import { GetPublicAccessBlockCommand, ListBucketsCommand } from "@aws-sdk/client-s3";
import { ownerAccountId } from "../../local/s3/server.ts";
import { assertDone, assertFailed, denied, uploadBench } from "./upload-bench.ts";

describe("AwsS3Upload, createBucket", () => {
  const bench = uploadBench();
  const created: string[] = [];
  beforeEach(() => bench.source.write({ "a.txt": "a" }));
  after(async () => {
    if (bench.target.server) return;
    const { DeleteBucketCommand } = await import("@aws-sdk/client-s3");
    for (const bucket of created) {
      bench.bucket = bucket;
      await bench.remove("a.txt");
      await bench.target.client().send(new DeleteBucketCommand({ Bucket: bucket }));
    }
  });

  it("makes a private bucket where there is none, and uses it from then on", async () => {
    bench.bucket = `${bench.bucket}-new`;
    created.push(bench.bucket);
    const result = await bench.upload({ createBucket: "true" });
    assertDone(result, { uploaded: 1, bytes: 1 });
    assert.ok(result.log.includes(`Created the bucket ${bench.bucket}`), result.log.join("\n"));
    bench.assertOperations({ HeadBucket: 1, CreateBucket: 1, PutObject: 1 });
    if (bench.target.server) {
      const { PublicAccessBlockConfiguration } = await bench.target
        .client()
        .send(new GetPublicAccessBlockCommand({ Bucket: bench.bucket }));
      assert.deepEqual(new Set(Object.values(PublicAccessBlockConfiguration ?? {})), new Set([true]));
    }
    assertDone(await bench.upload({ createBucket: "true" }), { unchanged: 1 });
    bench.assertOperations({ HeadBucket: 1, ListObjectsV2: 1 });
  });

  it("is off by default: a bucket that does not exist is an error", async () => {
    const bucketName = `${bench.bucket}-none`;
    const result = await bench.upload({ bucketName });
    assert.equal(result.result, "Failed");
    const { Buckets = [] } = await bench.target.client().send(new ListBucketsCommand({}));
    assert.ok(!Buckets.some(({ Name }) => Name === bucketName));
  });
});

describe("AwsS3Upload, whose bucket it is", () => {
  const bench = uploadBench("embedded");
  const stranger = "999999999999";
  beforeEach(() => bench.source.write({ "a.txt": "a" }));

  it("createBucket fails where the name is somebody else's, in another region too", async () => {
    bench.addFault({
      match: { operation: "HeadBucket" },
      action: { kind: "status", status: 404, code: "NotFound" },
    });
    const taken = { kind: "status", status: 409, code: "BucketAlreadyExists", message: "The bucket exists" } as const;
    const result = await bench.during({ operation: "CreateBucket" }, taken, () =>
      bench.upload({ createBucket: "true" }),
    );
    assertFailed(result, [
      `Creating the bucket ${bench.bucket} failed: The bucket exists (409 BucketAlreadyExists). Choose another bucketName: "${bench.bucket}" belongs to another account. Bucket names are unique in all accounts. [bucket-name-taken]`,
    ]);
    // It is looked at again: the answer to a request that created it may have been lost.
    bench.assertOperations({ HeadBucket: 2, CreateBucket: 1 });
  });

  it("createBucket says which permission is missing", async () => {
    const bucketName = `${bench.bucket}-new`;
    const result = await bench.during({ operation: "CreateBucket" }, denied, () =>
      bench.upload({ createBucket: "true", bucketName }),
    );
    assertFailed(result, [
      `Creating the bucket ${bucketName} failed: Access Denied (403 AccessDenied). Allow the user or role behind awsCredentials the action s3:CreateBucket on arn:aws:s3:::${bucketName}, in its own policy and in the policy of the bucket. [access-denied]`,
    ]);
  });

  it("createBucket leaves a bucket alone that may not be looked at", async () => {
    const result = await bench.during({ operation: "HeadBucket" }, denied, () =>
      bench.upload({ createBucket: "true" }),
    );
    assertDone(result, { uploaded: 1, bytes: 1 });
    bench.assertOperations({ HeadBucket: 1, ListObjectsV2: 1, PutObject: 1 });
  });

  it("expectedBucketOwner goes with every request, and refuses a bucket of somebody else's", async () => {
    const inputs = { deleteExtra: "true", maxDelete: "100%", cacheControl: "b.txt=no-cache", createBucket: "true" };
    await bench.put("old.txt");
    await bench.put("b.txt", { Body: "b" });
    bench.source.write({ "b.txt": "b", "large.bin": Buffer.alloc(6 * 1024 ** 2) });
    const own = { ...inputs, expectedBucketOwner: ownerAccountId, requesterPays: "true", partSizeMB: "5" };
    assertDone(await bench.upload(own), { uploaded: 2, updated: 1, deleted: 1, bytes: 6 * 1024 ** 2 + 1 });
    assert.deepEqual(Object.keys(bench.operations()).sort(), [
      "CompleteMultipartUpload",
      "CopyObject",
      "CreateMultipartUpload",
      "DeleteObjects",
      "GetObjectAcl",
      "HeadBucket",
      "HeadObject",
      "ListMultipartUploads",
      "ListObjectsV2",
      "PutObject",
      "UploadPart",
    ]);
    for (const { operation, headers } of bench.requests) {
      const { "x-amz-expected-bucket-owner": owner, "x-amz-request-payer": payer } = headers;
      assert.deepEqual([operation, owner, payer], [operation, ownerAccountId, "requester"]);
    }

    const before = await bench.contents();
    for (const overwrite of ["changed", "always"]) {
      bench.source.write({ "a.txt": "changed" });
      const result = await bench.upload({ overwrite, expectedBucketOwner: stranger });
      assert.equal(result.result, "Failed");
      assert.match(result.issues[0]?.message ?? "", /Access Denied \(403 AccessDenied.* \[access-denied\]$/);
    }
    assert.deepEqual(await bench.contents(), before);
  });

  it("neither is sent where it is not asked for", async () => {
    await bench.upload();
    const names = bench.requests.flatMap(({ headers }) => Object.keys(headers));
    assert.deepEqual(
      names.filter((name) => /owner|payer/.test(name)),
      [],
    );
  });
});
