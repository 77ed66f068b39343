import assert from "node:assert/strict";
import type { FaultAction } from "../../../local/s3/server.ts";
import { NOT_S3, ServiceError } from "../../../src/aws/errors/errors.ts";
import type { Transport } from "../../../src/http/transport.ts";
import type { Bucket } from "../../../src/s3/bucket.ts";
import { askBucket } from "../../../src/s3/buckets/bucket-client.ts";
import { getBucketPolicy, putBucketPolicy } from "../../../src/s3/buckets/bucket-policy.ts";
import { bucketExists, ensureBucket } from "../../../src/s3/buckets/create-bucket.ts";
import { getPublicAccessBlock, putPublicAccessBlock } from "../../../src/s3/buckets/public-access-block.ts";
import { getWebsiteConfiguration, putWebsiteConfiguration } from "../../../src/s3/buckets/website-configuration.ts";
import { PLACE } from "../../../src/s3/sdk/open-client.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../../target.ts";
import { answeringBucket, openTargetBucket, openTransport } from "../open-target.ts";

const nothingBlocked = {
  blockPublicAcls: false,
  ignorePublicAcls: false,
  blockPublicPolicy: false,
  restrictPublicBuckets: false,
};

describe("A command of the SDK about a bucket", () => {
  let target: EmbeddedTarget;
  let transport: Transport;
  let bucket: Bucket;
  before(async () => {
    target = await startEmbeddedTarget();
    transport = openTransport();
  });
  after(async () => {
    transport.close();
    await target.stop();
  });
  beforeEach(async () => {
    bucket = openTargetBucket(target, await target.newBucket(), transport);
    target.server.clearRequests();
  });

  const head = () =>
    askBucket(bucket, undefined, {
      send: (client, sdk) => client.send(new sdk.HeadBucketCommand(PLACE)),
    });

  async function failing<T>(action: FaultAction, times: number, work: () => Promise<T>): Promise<T> {
    const fault = target.server.addFault({ match: { bucket: bucket.name }, times, action });
    try {
      return await work();
    } finally {
      fault.remove();
    }
  }

  it("takes no page of a proxy for a setting in which nothing is set", async () => {
    for (const ask of [getPublicAccessBlock, getWebsiteConfiguration]) {
      for (const page of ["<html><body>Sign in</body></html>", "<Other/>", "text"]) {
        await assert.rejects(ask(answeringBucket(page).bucket), { awsCode: NOT_S3 });
      }
    }
    // A policy is JSON, and whoever changes it reads it first.
    assert.equal(await getBucketPolicy(answeringBucket("").bucket), "");
  });

  it("reads that something is blocked in whichever way stores write it", async () => {
    const ceph = "BlockPublicAccessBlockConfiguration";
    for (const [root, text] of [
      ["PublicAccessBlockConfiguration", "TRUE"],
      ["PublicAccessBlockConfiguration", " true\n"],
      [ceph, "true"],
    ]) {
      const document = `<${root}><BlockPublicPolicy>${text}</BlockPublicPolicy></${root}>`;
      assert.deepEqual(await getPublicAccessBlock(answeringBucket(document).bucket), {
        ...nothingBlocked,
        blockPublicPolicy: true,
      });
    }
  });

  for (const [status, code, awsCode] of [
    [301, "PermanentRedirect", "PermanentRedirect"],
    [400, "BadRequest", "BadRequest"],
    [403, "Forbidden", "AccessDenied"],
  ] as const) {
    it(`keeps what HEAD says with status ${status}: code, region, request id and Retry-After`, async () => {
      const headers = { "x-amz-bucket-region": "us-east-1", "retry-after": "7" };
      const error = await failing({ kind: "status", status, code, headers }, 10, () =>
        head().then(undefined, (it) => it),
      );
      assert.ok(error instanceof ServiceError);
      const { region, requestId, retryAfterMs } = error.details;
      assert.deepEqual(
        [error.details.status, error.awsCode, region, typeof requestId, retryAfterMs],
        [status, awsCode, "us-east-1", "string", 7_000],
      );
      assert.equal(target.server.requests.length, 1);
    });
  }

  it("is sent again, signed anew, if it fails in passing", async () => {
    const busy: FaultAction = { kind: "status", status: 500, code: "InternalError" };
    assert.ok(await failing(busy, 2, () => bucketExists(bucket)));
    assert.deepEqual(
      target.server.requests.map(({ status }) => status),
      [500, 500, 200],
    );
  });

  it("is ended by a cancelled step", async () => {
    const cancel = new AbortController();
    const reason = new Error("cancelled");
    const ended = failing({ kind: "hang" }, 1, async () => {
      const asked = getBucketPolicy(bucket, cancel.signal);
      setTimeout(() => cancel.abort(reason), 50);
      return asked;
    });
    await assert.rejects(ended, (error) => error === reason);
  });

  it("has a document with Content-MD5, signed, and no other checksum", async () => {
    await putWebsiteConfiguration(bucket, { indexDocument: "index.html", routingRules: [] });
    await putPublicAccessBlock(bucket, nothingBlocked);
    await putBucketPolicy(bucket, JSON.stringify({ Version: "2012-10-17", Statement: [] })).catch(() => undefined);
    assert.equal(target.server.requests.length, 3);
    for (const { headers, operation } of target.server.requests) {
      assert.match(headers.authorization ?? "", /SignedHeaders=[^,]*content-md5/, operation);
      const others = Object.keys(headers).filter((name) => /checksum|amz-sdk|x-amz-user-agent|expect/.test(name));
      assert.deepEqual(others, [], operation);
    }
  });

  it("names no region that the step did not", async () => {
    const before = process.env.AWS_REGION;
    process.env.AWS_REGION = "eu-central-1";
    try {
      const missing = new ServiceError({ status: 404, awsCode: "NotFound", serverMessage: "no" });
      const { bucket: unmade, requests } = answeringBucket(missing, "");
      await ensureBucket(unmade, "us-east-1");
      assert.deepEqual(
        requests.map(({ method, body }) => [method, body]),
        [
          ["HEAD", undefined],
          ["PUT", undefined],
        ],
      );
    } finally {
      if (before === undefined) delete process.env.AWS_REGION;
      else process.env.AWS_REGION = before;
    }
  });
});
