import assert from "node:assert/strict";
import { NOT_S3, ServiceError } from "../../src/aws/errors.ts";
import { getPublicAccessBlock, putPublicAccessBlock } from "../../src/s3/public-access-block.ts";
import { startTarget, type Target } from "../target.ts";
import { answeringBucket, openTargetBucket, openTransport } from "./open-target.ts";

describe("the public access that a bucket blocks", () => {
  let target: Target;
  const transport = openTransport();

  before(async () => {
    target = await startTarget();
  });
  after(async () => {
    transport.close();
    await target.stop();
  });

  it("is all of it in new buckets of S3", async function () {
    if (target.name !== "embedded") return this.skip();
    const bucket = openTargetBucket(target, await target.newBucket(), transport);
    assert.deepEqual(await getPublicAccessBlock(bucket), {
      blockPublicAcls: true,
      ignorePublicAcls: true,
      blockPublicPolicy: true,
      restrictPublicBuckets: true,
    });
  });

  it("is what was set", async function () {
    if (target.name === "versitygw") return this.skip();
    const bucket = openTargetBucket(target, await target.newBucket(), transport);
    const wanted = {
      blockPublicAcls: true,
      ignorePublicAcls: false,
      blockPublicPolicy: false,
      restrictPublicBuckets: true,
    };
    await putPublicAccessBlock(bucket, wanted);
    assert.deepEqual(await getPublicAccessBlock(bucket), wanted);
  });

  it("is none where nothing was set, or the store does not know of it", async () => {
    for (const code of ["NoSuchPublicAccessBlockConfiguration", "NotImplemented", "MethodNotAllowed"]) {
      const { bucket } = answeringBucket(new ServiceError({ status: 404, code, serverMessage: "no" }));
      assert.equal(await getPublicAccessBlock(bucket), undefined);
    }
  });

  it("cannot be told from an answer that S3 would not give", async () => {
    const { bucket } = answeringBucket("<html></html>");
    await assert.rejects(
      getPublicAccessBlock(bucket),
      (error) => error instanceof ServiceError && error.code === NOT_S3,
    );
  });
});
