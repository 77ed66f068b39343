import assert from "node:assert/strict";
import { ServiceError } from "../../../src/aws/errors/errors.ts";
import { getBucketPolicy, putBucketPolicy } from "../../../src/s3/buckets/bucket-policy.ts";
import { answeringBucket, targetSuite } from "../open-target.ts";

describe("the policy of a bucket", () => {
  const suite = targetSuite();

  it("is none at first, and then the one that was given", async () => {
    const bucket = await suite.newBucket();
    assert.equal(await getBucketPolicy(bucket), undefined);
    const policy = {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "NoPlainHttp",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:GetObject",
          Resource: `arn:aws:s3:::${bucket.name}/secret/*`,
        },
      ],
    };
    await putBucketPolicy(bucket, JSON.stringify(policy));
    assert.deepEqual(JSON.parse((await getBucketPolicy(bucket)) ?? ""), policy);
  });

  it("cannot be told where S3 refuses to", async () => {
    const refusal = new ServiceError({ status: 403, awsCode: "AccessDenied", serverMessage: "no" });
    await assert.rejects(getBucketPolicy(answeringBucket(refusal).bucket), refusal);
  });
});
