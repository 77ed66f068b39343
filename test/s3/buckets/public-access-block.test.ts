import assert from "node:assert/strict";
import { NOT_S3, ServiceError } from "../../../src/aws/errors/errors.ts";
import { getPublicAccessBlock, putPublicAccessBlock } from "../../../src/s3/buckets/public-access-block.ts";
import { answeringBucket, targetSuite } from "../open-target.ts";

describe("the public access that a bucket blocks", () => {
  const suite = targetSuite();

  it("is all of it in new buckets of S3", async function () {
    if (suite.target.name !== "embedded") return this.skip();
    const bucket = await suite.newBucket();
    assert.deepEqual(await getPublicAccessBlock(bucket), {
      blockPublicAcls: true,
      ignorePublicAcls: true,
      blockPublicPolicy: true,
      restrictPublicBuckets: true,
    });
  });

  it("is what was set", async function () {
    if (suite.target.name === "versitygw") return this.skip();
    const bucket = await suite.newBucket();
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
      const { bucket } = answeringBucket(new ServiceError({ status: 404, awsCode: code, serverMessage: "no" }));
      assert.equal(await getPublicAccessBlock(bucket), undefined);
    }
  });

  it("cannot be told from an answer that S3 would not give", async () => {
    const { bucket } = answeringBucket("<html></html>");
    await assert.rejects(
      getPublicAccessBlock(bucket),
      (error) => error instanceof ServiceError && error.awsCode === NOT_S3,
    );
  });
});
