import assert from "node:assert/strict";
import { DeletePublicAccessBlockCommand } from "@aws-sdk/client-s3";
import { has204ForNoWebsite, listsForSettings, refusesToBeSet } from "../../local/s3/persona.ts";
import { HOSTED, publishBench } from "./publish-bench.ts";
import { outcomeOf } from "./upload-bench.ts";

describe("AwsS3PublishSite, in a store that answers 204 for no website", () => {
  const bench = publishBench("embedded", { persona: has204ForNoWebsite });

  it("makes the bucket a website", async () => {
    bench.source.write({ "index.html": "home" });
    const { result, errors } = outcomeOf(await bench.publish({ ...HOSTED }));
    assert.deepEqual([result, errors], ["Succeeded", undefined]);
    assert.deepEqual(await bench.pages("/"), { "/": "200 home" });
  });
});

describe("AwsS3PublishSite, in a store that lists the bucket in place of its settings", () => {
  const bench = publishBench("embedded", { persona: listsForSettings });
  beforeEach(async () => {
    bench.source.write({ "index.html": "home" });
    await bench.target.client().send(new DeletePublicAccessBlockCommand({ Bucket: bench.bucket }));
  });

  it("lets everybody read, with nothing to unblock", async () => {
    const result = await bench.publish({ publicRead: "true", verify: "false" });
    const writes = bench.requests.filter(({ method, key }) => method === "PUT" && key === undefined);
    assert.deepEqual(
      [outcomeOf(result).errors, writes.map(({ operation }) => operation)],
      [undefined, ["PutBucketPolicy"]],
    );
    const line = "This store does not have Block Public Access, so the task does not change it.";
    assert.equal(result.log.filter((text) => text.endsWith(line)).length, 1, result.log.join("\n"));
  });

  it("ends if a website is to be configured, and does not write to the bucket itself", async () => {
    const { errors } = outcomeOf(await bench.publish({ configureWebsite: "true", verify: "false" }));
    assert.deepEqual(errors, [
      `Reading the website configuration of the bucket "${bench.bucket}" failed: This store does not have website configurations. Set configureWebsite to false, and serve the site in the way that the store offers. [bucket-setting-not-supported]`,
    ]);
    assert.deepEqual(
      bench.requests.filter(({ method, key }) => method === "PUT" && key === undefined),
      [],
    );
  });
});

describe("AwsS3PublishSite, in a store that reads settings of buckets and does not write them", () => {
  const bench = publishBench("embedded", { persona: refusesToBeSet });
  beforeEach(() => bench.source.write({ "index.html": "home" }));

  it("names the input that asks for a website", async () => {
    const { errors } = outcomeOf(await bench.publish({ configureWebsite: "true", verify: "false" }));
    assert.deepEqual(errors, [
      `Setting the website configuration of the bucket "${bench.bucket}" failed: This store does not have website configurations. Set configureWebsite to false, and serve the site in the way that the store offers. [bucket-setting-not-supported]`,
    ]);
  });

  it("names the input that asks for a policy", async () => {
    const { errors } = outcomeOf(await bench.publish({ publicRead: "true", verify: "false" }));
    assert.deepEqual(errors, [
      `Setting the policy of the bucket "${bench.bucket}" failed: This store does not have bucket policies. Set publicRead to false, and make the objects readable in the way that the store offers. [bucket-setting-not-supported]`,
    ]);
  });
});
