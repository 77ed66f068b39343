import assert from "node:assert/strict";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { S3ServerOptions } from "../../../local/s3/server.ts";
import { ServiceError } from "../../../src/aws/errors/errors.ts";
import { getBucketPolicy, putBucketPolicy } from "../../../src/s3/buckets/bucket-policy.ts";
import { getPublicAccessBlock } from "../../../src/s3/buckets/public-access-block.ts";
import {
  allowPublicRead,
  describePublicRead,
  type PublicReadPlan,
  planPublicRead,
  restorePublicRead,
} from "../../../src/site/hosting/public-read.ts";
import { StepError } from "../../../src/sync/step-error.ts";
import { answeringBucket, openTargetBucket, openTransport } from "../../s3/open-target.ts";
import { startEmbeddedTarget } from "../../target.ts";

const unblocked = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: false,
  restrictPublicBuckets: false,
};

/** Options with which no time passes; what was waited is listed in `delays`. */
function withoutWaiting(prefix = "") {
  const delays: number[] = [];
  const pause = async (delayMs: number) => void delays.push(delayMs);
  return { options: { prefix, partition: "aws", signal: new AbortController().signal, pause }, delays };
}

describe("letting everybody read a site", () => {
  const transport = openTransport();
  const closers: (() => Promise<void>)[] = [];
  after(async () => {
    transport.close();
    for (const close of closers) await close();
  });

  async function newBucket(serverOptions: S3ServerOptions = {}) {
    const target = await startEmbeddedTarget(serverOptions);
    closers.push(() => target.stop());
    const bucket = openTargetBucket(target, await target.newBucket(), transport);
    for (const Key of ["site/index.html", "secret"]) {
      await target.client().send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: "x" }));
    }
    target.server.clearRequests();
    const anonymousStatus = async (key: string) => (await fetch(`${target.url}/${bucket.name}/${key}`)).status;
    const operations = () => target.server.requests.map(({ operation }) => operation);
    return { bucket, anonymousStatus, operations };
  }

  it("opens the prefix and nothing else, once", async () => {
    const { bucket, anonymousStatus, operations } = await newBucket();
    const { options, delays } = withoutWaiting("site/");
    await allowPublicRead(bucket, options);
    assert.deepEqual(await Promise.all(["site/index.html", "secret"].map(anonymousStatus)), [200, 403]);
    assert.deepEqual(await getPublicAccessBlock(bucket), unblocked);
    const before = operations().length;
    assert.deepEqual(await allowPublicRead(bucket, options), {});
    assert.deepEqual(operations().slice(before), ["GetPublicAccessBlock", "GetBucketPolicy"]);
    assert.deepEqual(delays, []);
  });

  it("keeps the statements that are there", async () => {
    const { bucket, anonymousStatus } = await newBucket();
    const denial = {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${bucket.name}/secret`,
    };
    await putBucketPolicy(bucket, JSON.stringify({ Version: "2012-10-17", Statement: [denial] }));
    await allowPublicRead(bucket, withoutWaiting().options);
    assert.deepEqual(JSON.parse((await getBucketPolicy(bucket)) ?? "").Statement[0], denial);
    assert.deepEqual(await Promise.all(["site/index.html", "secret"].map(anonymousStatus)), [200, 403]);
  });

  it("waits while the change of the block spreads", async () => {
    const { bucket, anonymousStatus } = await newBucket({ refusalsAfterBlockChange: 3 });
    const { options, delays } = withoutWaiting();
    await allowPublicRead(bucket, options);
    assert.deepEqual(delays, [1_000, 2_000, 4_000]);
    assert.equal(await anonymousStatus("secret"), 200);
  });

  it("keeps the statement that another publish adds while it waits", async () => {
    const { bucket, anonymousStatus } = await newBucket({ refusalsAfterBlockChange: 1 });
    const { options } = withoutWaiting("site/");
    const pause = () => allowPublicRead(bucket, { ...options, prefix: "secret" }).then(() => undefined);
    await allowPublicRead(bucket, { ...options, pause });
    assert.deepEqual(await Promise.all(["site/index.html", "secret"].map(anonymousStatus)), [200, 200]);
  });

  it("is restored where another publish that had read the policy before replaced it", async () => {
    const { bucket, anonymousStatus, operations } = await newBucket();
    const { options } = withoutWaiting("site/");
    const { policy = "" } = await planPublicRead(bucket, { ...options, prefix: "secret" });
    const done = await allowPublicRead(bucket, options);
    assert.equal(await restorePublicRead(bucket, done, options), false);
    await putBucketPolicy(bucket, policy);
    assert.equal(await restorePublicRead(bucket, done, options), true);
    assert.deepEqual(await Promise.all(["site/index.html", "secret"].map(anonymousStatus)), [200, 200]);
    const before = operations().length;
    assert.equal(await restorePublicRead(bucket, {}, options), false);
    assert.equal(operations().length, before);
  });

  it("names the account's block, after a minute of waiting", async () => {
    const { bucket } = await newBucket({ accountBlock: { BlockPublicPolicy: true } });
    const { options, delays } = withoutWaiting();
    await assert.rejects(allowPublicRead(bucket, options), (error: Error) => {
      assert.ok(error instanceof StepError);
      assert.match(
        error.message,
        /^Setting the policy of the bucket "[^"]+" failed: .* \(403 AccessDenied, request id/,
      );
      assert.match(error.message, /but on for the AWS account or its organization/);
      assert.match(error.message, /publicRead to false, and publish behind CloudFront/);
      return true;
    });
    assert.equal(
      delays.reduce((sum, delayMs) => sum + delayMs, 0),
      60_000,
    );
  });

  it("names the account's block soon, where the bucket's own was off before", async () => {
    const { bucket } = await newBucket({ accountBlock: { BlockPublicPolicy: true } });
    await assert.rejects(allowPublicRead(bucket, withoutWaiting().options), StepError);
    const { options, delays } = withoutWaiting();
    await assert.rejects(allowPublicRead(bucket, options), /but on for the AWS account or its organization/);
    assert.deepEqual(delays, [1_000, 2_000]);
  });

  it("says what it would do, and does nothing then", async () => {
    const { bucket, operations } = await newBucket();
    const plan = await planPublicRead(bucket, withoutWaiting("site/").options);
    assert.deepEqual(describePublicRead(plan, "site-bucket", "site/"), [
      'turn off BlockPublicPolicy and RestrictPublicBuckets of the bucket "site-bucket"',
      "allow everyone s3:GetObject on s3://site-bucket/site/* in the bucket's policy",
    ]);
    assert.deepEqual(operations(), ["GetPublicAccessBlock", "GetBucketPolicy"]);
    assert.deepEqual(describePublicRead({}, "site-bucket", "site/"), []);
  });

  const refusal = (code: string, serverMessage = "no", status = 403) =>
    new ServiceError({ status, awsCode: code, serverMessage });
  const noPolicy = refusal("NoSuchBucketPolicy", "none", 404);

  it("needs no block in a store that has none", async () => {
    for (const code of ["NotImplemented", "MethodNotAllowed"]) {
      const { bucket, requests } = answeringBucket(refusal(code), noPolicy, "");
      const { block, policy }: PublicReadPlan = await allowPublicRead(bucket, withoutWaiting().options);
      assert.equal(block, undefined);
      assert.ok(policy);
      assert.deepEqual(
        requests.map(({ method, query }) => [method, ...Object.keys(query ?? {})]),
        [
          ["GET", "publicAccessBlock"],
          ["GET", "policy"],
          ["PUT", "policy"],
        ],
      );
    }
  });

  it("names the input where a store has only an error for policies", async () => {
    const { bucket } = answeringBucket(refusal("NotImplemented"), noPolicy, refusal("InternalError", "oh", 500));
    await assert.rejects(
      allowPublicRead(bucket, withoutWaiting().options),
      /^StepError: Setting the policy of the bucket "bucket" failed: .*500 InternalError.*\. Then set publicRead to false, and make/,
    );
  });

  it("leaves a policy alone that would become too long", async () => {
    const long = JSON.stringify({ Version: "2012-10-17", Statement: [], Id: "x".repeat(20_400) });
    const { bucket, requests } = answeringBucket(refusal("NotImplemented"), long);
    await assert.rejects(
      allowPublicRead(bucket, withoutWaiting().options),
      /the policy would then exceed the 20 KB that S3 allows/,
    );
    assert.equal(requests.length, 2);
  });

  const block =
    "<PublicAccessBlockConfiguration><BlockPublicPolicy>true</BlockPublicPolicy></PublicAccessBlockConfiguration>";
  const denials: readonly [action: string, answers: readonly (string | Error)[]][] = [
    ["s3:GetBucketPublicAccessBlock", [refusal("AccessDenied")]],
    ["s3:GetBucketPolicy", [block, refusal("AccessDenied")]],
    ["s3:PutBucketPublicAccessBlock", [block, noPolicy, refusal("AccessDenied")]],
    [
      "s3:PutBucketPolicy",
      [block, noPolicy, "", refusal("AccessDenied", "because no identity-based policy allows the action")],
    ],
  ];
  for (const [action, answers] of denials) {
    it(`names ${action} where that is missing, at once`, async () => {
      const { options, delays } = withoutWaiting();
      await assert.rejects(allowPublicRead(answeringBucket(...answers).bucket, options), (error: Error) => {
        assert.ok(error instanceof StepError);
        assert.ok(error.message.includes(`the action ${action} on arn:aws:s3:::bucket,`), error.message);
        return true;
      });
      assert.deepEqual(delays, []);
    });
  }

  it("names both the permission and the account's block where S3 does not say which it is", async () => {
    const denied = refusal("AccessDenied", "Access Denied");
    // The policy is read again before each of the seven further tries.
    const { bucket } = answeringBucket(block, noPolicy, "", ...Array(7).fill([denied, noPolicy]).flat(), denied);
    await assert.rejects(
      allowPublicRead(bucket, withoutWaiting().options),
      /the action s3:PutBucketPolicy on .*\. If that action is already allowed: Block Public Access is off for this bucket/,
    );
  });

  it("ends its waiting with the signal's reason", async () => {
    const cancelled = new AbortController();
    const { bucket } = answeringBucket(block, noPolicy, "", refusal("AccessDenied"));
    const result = allowPublicRead(bucket, { prefix: "", partition: "aws", signal: cancelled.signal });
    setImmediate(() => cancelled.abort(new Error("cancelled")));
    await assert.rejects(result, /^Error: cancelled$/);
  });
});
