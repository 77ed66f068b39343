import assert from "node:assert/strict";
import { ServiceError } from "../../../src/aws/errors/errors.ts";
import type { WebsiteConfiguration } from "../../../src/s3/buckets/website-configuration.ts";
import { configureWebsite } from "../../../src/site/hosting/website.ts";
import { StepError } from "../../../src/sync/step-error.ts";
import { answeringBucket, openTargetBucket, openTransport } from "../../s3/open-target.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../../target.ts";

const { signal } = new AbortController();
const wanted: WebsiteConfiguration = {
  indexDocument: "index.html",
  errorDocument: "404.html",
  routingRules: [{ condition: { keyPrefix: "old/" }, redirect: { replaceKeyPrefixWith: "new/" } }],
};

describe("setting a bucket up as a website", () => {
  let target: EmbeddedTarget;
  const transport = openTransport();

  before(async () => {
    target = await startEmbeddedTarget();
  });
  after(async () => {
    transport.close();
    await target.stop();
  });

  it("is done where it is not one, or another one, and not again", async () => {
    const bucket = openTargetBucket(target, await target.newBucket(), transport);
    assert.equal(await configureWebsite(bucket, { indexDocument: "other.html", routingRules: [] }, signal), "set");
    assert.equal(await configureWebsite(bucket, wanted, signal), "set");
    target.server.clearRequests();
    assert.equal(await configureWebsite(bucket, wanted, signal), "unchanged");
    assert.deepEqual(
      target.server.requests.map(({ operation }) => operation),
      ["GetBucketWebsite"],
    );
  });

  const denied = new ServiceError({
    status: 403,
    awsCode: "AccessDenied",
    serverMessage: "Access Denied",
    requestId: "R",
  });

  it("names the permission that is missing", async () => {
    const advice = (action: string) =>
      `Access Denied (403 AccessDenied, request id R). Allow the user or role behind awsCredentials the action ${action} on arn:aws:s3:::bucket, in its own policy and in the policy of the bucket.`;
    await assert.rejects(
      configureWebsite(answeringBucket(denied).bucket, wanted, signal),
      new StepError(
        "access-denied",
        `Reading the website configuration of the bucket "bucket" failed: ${advice("s3:GetBucketWebsite")}`,
      ),
    );
    const none = new ServiceError({ status: 404, awsCode: "NoSuchWebsiteConfiguration", serverMessage: "none" });
    await assert.rejects(
      configureWebsite(answeringBucket(none, denied).bucket, wanted, signal),
      new StepError(
        "access-denied",
        `Setting the website configuration of the bucket "bucket" failed: ${advice("s3:PutBucketWebsite")}`,
      ),
    );
  });
});
