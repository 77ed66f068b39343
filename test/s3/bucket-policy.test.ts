import assert from "node:assert/strict";
import { ServiceError } from "../../src/aws/errors.ts";
import type { Transport } from "../../src/aws/transport.ts";
import { getBucketPolicy, putBucketPolicy } from "../../src/s3/bucket-policy.ts";
import { startTarget, type Target } from "../target.ts";
import { answeringBucket, openTargetBucket, openTransport } from "./open-target.ts";

describe("the policy of a bucket", () => {
  let target: Target;
  let transport: Transport;

  before(async () => {
    target = await startTarget();
    transport = openTransport();
  });
  after(async () => {
    transport.close();
    await target.stop();
  });

  it("is none at first, and then the one that was given", async () => {
    const bucket = openTargetBucket(target, await target.newBucket(), transport);
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
    const refusal = new ServiceError({ status: 403, code: "AccessDenied", serverMessage: "no" });
    await assert.rejects(getBucketPolicy(answeringBucket(refusal).bucket), refusal);
  });
});
