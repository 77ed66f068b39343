import assert from "node:assert/strict";
import type { StepResult } from "../../local/agent/agent.ts";
import { ownerAccountId } from "../../local/s3/server.ts";
import { HOSTED, publishBench } from "./publish-bench.ts";
import { withoutWaiting } from "./publish-process.ts";
import { assertFailed, errorsOf } from "./step-result.ts";

const ADVICE =
  "Block Public Access is off for this bucket, but on for the AWS account or its organization. The step does not change that. " +
  "Ask the administrator of the account to turn off BlockPublicPolicy and RestrictPublicBuckets there. If an S3 policy of AWS Organizations sets them, only the organization can do it. " +
  "Or set publicRead to false, and publish behind CloudFront with origin access control. [public-access-blocked]";
const SITE = { "index.html": "home", "404.html": "sorry", "logo.svg": "<svg/>" };

describe("AwsS3PublishSite fails where visitors do not get the site,", () => {
  const bench = publishBench();
  beforeEach(() => bench.source.write(SITE));
  const publish = (inputs: Record<string, string>) => bench.publish(inputs, withoutWaiting(bench.workFolder));

  it("and says that a private bucket is the likely cause", async () => {
    const result = await publish({ configureWebsite: "true" });
    const cause =
      "Visitors may not read the bucket. Set publicRead to true. Or check the bucket policy for a missing statement or a Deny, and Block Public Access of the bucket, the account and the organization. [page-status-wrong]";
    assertNotFound(result, [
      `${bench.siteUrl}: expected status 200, got 403 AccessDenied. ${cause}`,
      `${bench.siteUrl}no-such-page: expected the content with the SHA-256 HASH, got content with HASH. [page-content-wrong]`,
      `${bench.siteUrl}404.html: expected status 200, got 403 AccessDenied. [page-status-wrong]`,
      `${bench.siteUrl}logo.svg: expected status 200, got 403 AccessDenied. [page-status-wrong]`,
    ]);
    // All is there, so that nothing but the policy is missing.
    assert.deepEqual(await bench.keys(), Object.keys(SITE).sort());
  });

  it("and says that siteUrl leads elsewhere", async () => {
    const siteUrl = `${bench.siteUrl}elsewhere/`;
    const cause =
      "The URL does not lead to the objects that were published. Check siteUrl, targetFolder, and the origin and origin path of the CDN. [page-status-wrong]";
    assertNotFound(await publish({ ...HOSTED, siteUrl }), [
      `${siteUrl}: expected status 200, got 404. ${cause}`,
      `${siteUrl}404.html: expected status 200, got 404. [page-status-wrong]`,
      `${siteUrl}logo.svg: expected status 200, got 404. [page-status-wrong]`,
    ]);
  });

  it("and says that nothing answers at siteUrl", async () => {
    const siteUrl = "http://127.0.0.1:1/";
    const problem = "no answer from 127.0.0.1: connect ECONNREFUSED 127.0.0.1:1.";
    assertNotFound(await publish({ ...HOSTED, siteUrl }), [
      `${siteUrl}: ${problem} Check that siteUrl is right, and that this machine reaches 127.0.0.1. [no-connection]`,
      ...["no-such-page", "404.html", "logo.svg"].map((path) => `${siteUrl}${path}: ${problem} [no-connection]`),
    ]);
  });
});

/** What is random, and depends on a server's own error page, is cut out. */
function assertNotFound(result: StepResult, errors: readonly string[]): void {
  const told = errorsOf(result).map((error) =>
    error.replace(/no-such-page-[0-9a-f]+/, "no-such-page").replaceAll(/\b[0-9a-f]{64}\b/g, "HASH"),
  );
  assert.deepEqual([result.result, told.sort()], ["Failed", [...errors].sort()], result.log.join("\n"));
}

describe("AwsS3PublishSite, publicRead", () => {
  const bench = publishBench("embedded", { accountBlock: { BlockPublicPolicy: true, RestrictPublicBuckets: true } });

  it("names the block of the account where that stands against it, before anything is uploaded", async () => {
    bench.source.write(SITE);
    const result = await bench.publish(HOSTED, withoutWaiting(bench.workFolder));
    assertFailed(result, [
      `Setting the policy of the bucket "${bench.bucket}" failed: User: arn:aws:iam::${ownerAccountId}:root is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::${bench.bucket}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access (403 AccessDenied). ${ADVICE}`,
    ]);
    assert.deepEqual(await bench.keys(), []);
  });
});

describe("AwsS3PublishSite, whose inputs are others than those of an upload,", () => {
  const bench = publishBench("embedded");
  beforeEach(() => bench.source.write(SITE));
  const badRequest = { kind: "status", status: 400, code: "BadRequest" } as const;
  const adviceOn = async (operation: string, inputs: Record<string, string>) => {
    const fault = bench.addFault({ match: { operation }, action: badRequest });
    const [error = "", ...others] = errorsOf(await bench.publish({ verify: "false", ...inputs }));
    fault.remove();
    assert.deepEqual(others, []);
    assert.doesNotMatch(error, /customerKey|filesAcl|createBucket|overwrite|deleteExtra/);
    return error;
  };

  it("says of a bucket that is refused without a reason what may be wrong with the bucket", async () => {
    assert.match(
      await adviceOn("HeadBucket", { configureWebsite: "true" }),
      /^Looking for the bucket .* Check bucketName, regionName, and the session token of awsCredentials\. \[request-invalid\]$/,
    );
  });

  it("says of a manifest that cannot be read what to do about it", async () => {
    assert.match(
      await adviceOn("GetObject", {}),
      /^Reading the manifest .* Another tool may have stored it with a customer-provided key \(SSE-C\)\. Delete it: /,
    );
  });

  it("names no inputs of other tasks for a listing that is refused", async () => {
    await adviceOn("ListObjectsV2", {});
  });
});
