import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { DeleteBucketCommand } from "@aws-sdk/client-s3";
import { ServiceError } from "../../../src/aws/errors/errors.ts";
import { ensureBucket } from "../../../src/s3/buckets/create-bucket.ts";
import { answeringBucket, targetSuite } from "../open-target.ts";

describe("making sure of a bucket", () => {
  const suite = targetSuite();

  async function withNewName(use: (name: string) => Promise<void>): Promise<void> {
    const name = `made-${randomBytes(6).toString("hex")}`;
    await use(name);
    await suite.target.client().send(new DeleteBucketCommand({ Bucket: name }));
  }

  it("makes the one that is not there, once", () =>
    withNewName(async (name) => {
      const bucket = suite.open(name);
      assert.equal(await ensureBucket(bucket, suite.target.region), "created");
      assert.equal(await ensureBucket(bucket, suite.target.region), "exists");
    }));

  it("makes it all the same in a store that does not know the region", () =>
    withNewName(async (name) => {
      const bucket = suite.open(name);
      assert.equal(await ensureBucket(bucket, "nowhere-1"), "created");
    }));

  const refusal = (status: number, code: string) => new ServiceError({ status, awsCode: code, serverMessage: "no" });
  const missing = refusal(404, "NotFound");

  it("takes it for there where it may not be looked at", async () => {
    for (const error of [refusal(403, "AccessDenied"), refusal(405, "MethodNotAllowed")]) {
      const { bucket, requests } = answeringBucket(error);
      assert.equal(await ensureBucket(bucket, "eu-west-1"), "exists");
      assert.equal(requests.length, 1);
    }
  });

  it("does not mind that another one was quicker, unless it was somebody else", async () => {
    const mine = answeringBucket(missing, refusal(409, "BucketAlreadyOwnedByYou"));
    assert.equal(await ensureBucket(mine.bucket, "eu-west-1"), "exists");
    const theirs = refusal(409, "BucketAlreadyExists");
    const denied = refusal(403, "AccessDenied");
    await assert.rejects(ensureBucket(answeringBucket(missing, theirs, denied).bucket, "eu-west-1"), theirs);
  });

  it("takes one that can be looked at by then for its own, since the answer may have been lost", async () => {
    const { bucket, requests } = answeringBucket(missing, refusal(409, "BucketAlreadyExists"), "");
    assert.equal(await ensureBucket(bucket, "eu-west-1"), "exists");
    assert.deepEqual(
      requests.map(({ method }) => method),
      ["HEAD", "PUT", "HEAD"],
    );
  });

  it("names the region, but for the first one", async () => {
    const sent = async (region: string) => {
      const { bucket, requests } = answeringBucket(missing, "");
      await ensureBucket(bucket, region);
      return Buffer.concat([...((requests[1]?.body?.chunks() ?? []) as Iterable<Buffer>)]).toString();
    };
    assert.match(await sent("eu-west-1"), /<LocationConstraint>eu-west-1<\/LocationConstraint>/);
    assert.equal(await sent("us-east-1"), "");
  });

  it("fails where the bucket is elsewhere, or Amazon S3 refuses the region", async () => {
    const elsewhere = refusal(301, "PermanentRedirect");
    await assert.rejects(ensureBucket(answeringBucket(elsewhere).bucket, "eu-west-1"), elsewhere);
    const unknown = refusal(400, "InvalidLocationConstraint");
    const { bucket, requests } = answeringBucket(missing, unknown);
    await assert.rejects(ensureBucket({ ...bucket, isAmazon: true }, "nowhere-1"), unknown);
    assert.equal(requests.length, 2);
  });
});
