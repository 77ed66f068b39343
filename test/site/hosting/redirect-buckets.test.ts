import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Bucket } from "../../../src/s3/bucket.ts";
import { getWebsiteConfiguration, putWebsiteConfiguration } from "../../../src/s3/buckets/website-configuration.ts";
import { applyRedirectBuckets, planRedirectBuckets } from "../../../src/site/hosting/redirect-buckets.ts";
import { StepError } from "../../../src/sync/step-error.ts";
import { openTargetBucket, openTransport } from "../../s3/open-target.ts";
import { type EmbeddedTarget, startEmbeddedTarget } from "../../target.ts";

const redirect = { redirectAllRequestsTo: { hostName: "example.com", protocol: "https" } } as const;
const { signal } = new AbortController();
const region = "us-east-1";

describe("the buckets of redirect domains", () => {
  let target: EmbeddedTarget;
  const transport = openTransport();
  const openBucket = (name: string): Bucket => openTargetBucket(target, name, transport);
  const newDomain = () => `www-${randomBytes(6).toString("hex")}.example.com`;

  before(async () => {
    target = await startEmbeddedTarget();
  });
  after(async () => {
    transport.close();
    await target.stop();
  });

  const writes = () =>
    target.server.requests.map(({ operation }) => operation).filter((operation) => /^(Put|Create)/.test(operation));

  it("are made where they are missing, and send all visitors to the site", async () => {
    const domains = [newDomain(), newDomain()];
    const planned = await planRedirectBuckets(domains, redirect, { openBucket, signal });
    await applyRedirectBuckets(planned, redirect, region, signal);
    for (const domain of domains) {
      const website = await target.server.openWebsite(domain);
      const answer = await fetch(`${website.url}/a/b?c=d`, { redirect: "manual" });
      assert.deepEqual([answer.status, answer.headers.get("location")], [301, "https://example.com/a/b?c=d"]);
    }
  });

  it("are left alone where they are ready", async () => {
    const domain = newDomain();
    target.server.createBucket(domain);
    await putWebsiteConfiguration(openBucket(domain), redirect);
    target.server.clearRequests();
    const planned = await planRedirectBuckets([domain], redirect, { openBucket, signal });
    await applyRedirectBuckets(planned, redirect, region, signal);
    assert.deepEqual([planned.map(({ state }) => state), writes()], [["ready"], []]);
  });

  it("may be there and empty", async () => {
    const domain = newDomain();
    target.server.createBucket(domain);
    const planned = await planRedirectBuckets([domain], redirect, { openBucket, signal });
    await applyRedirectBuckets(planned, redirect, region, signal);
    assert.deepEqual(await getWebsiteConfiguration(openBucket(domain)), redirect);
  });

  it("are refused where they are used for something else, and nothing is changed", async () => {
    const [missing, full, website] = [newDomain(), newDomain(), newDomain()];
    for (const domain of [full, website]) target.server.createBucket(domain);
    await target.client().send(new PutObjectCommand({ Bucket: full, Key: "a", Body: "x" }));
    await putWebsiteConfiguration(openBucket(website), { redirectAllRequestsTo: { hostName: "example.org" } });
    target.server.clearRequests();
    await assert.rejects(
      planRedirectBuckets([missing, full, website], redirect, { openBucket, signal }),
      (error: Error) => error instanceof StepError && error.message.includes(`websites: "${full}", "${website}".`),
    );
    assert.deepEqual(writes(), []);
  });
});
