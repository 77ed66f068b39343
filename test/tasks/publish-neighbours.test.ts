import assert from "node:assert/strict";
import { GetBucketWebsiteCommand, PutBucketWebsiteCommand } from "@aws-sdk/client-s3";
import { MANIFEST, publishBench } from "./publish-bench.ts";
import { outcomeOf } from "./upload-bench.ts";

const HOSTED = { configureWebsite: "true", publicRead: "true" };

describe("AwsS3PublishSite, several sites in a bucket,", () => {
  const bench = publishBench("embedded");
  const root = { "index.html": "root", "404.html": "no page at the root", _redirects: "/old/* /new/:splat\n" };
  const docs = { "index.html": "docs", "404.html": "no page in docs", _redirects: "/v1/* /v2/:splat\n" };

  /** Publishes these files alone, with success and without a warning. */
  async function publish(files: Record<string, string>, inputs: Record<string, string> = {}): Promise<string> {
    bench.source.remove();
    bench.source.write(files);
    const siteUrl = bench.siteUrl + (inputs.targetFolder ? `${inputs.targetFolder}/` : "");
    const result = await bench.publish({ ...HOSTED, siteUrl, maxDelete: "100%", ...inputs });
    assert.deepEqual([result.result, result.issues], ["Succeeded", []], result.log.join("\n"));
    return result.log.join("\n");
  }

  async function website() {
    const { IndexDocument, ErrorDocument, RoutingRules = [] } = await readWebsite();
    const prefixes = RoutingRules.map(({ Condition }) => Condition?.KeyPrefixEquals);
    return [IndexDocument?.Suffix, ErrorDocument?.Key, [...new Set(prefixes)]];
  }

  function readWebsite() {
    return bench.target.client().send(new GetBucketWebsiteCommand({ Bucket: bench.bucket }));
  }

  it("keep what the one at the root has set, whichever of them publishes next", async () => {
    await publish(root);
    assert.deepEqual(await website(), ["index.html", "404.html", ["old/"]]);
    const log = await publish(docs, { targetFolder: "docs" });
    assert.deepEqual(await website(), ["index.html", "404.html", ["docs/v1/", "old/"]]);
    assert.match(
      log,
      /^The website configuration of the bucket \S+ belongs to another site\. Its index document \(index\.html\) and error document \(404\.html\) are not changed/m,
    );
    await publish({ ...root, _redirects: "/older/* /new/:splat\n" });
    assert.deepEqual(await website(), ["index.html", "404.html", ["docs/v1/", "older/"]]);
    assert.deepEqual(await bench.pages("/docs/v1/a", "/older/a", "/none", "/docs/none"), {
      "/docs/v1/a": "301 to /docs/v2/a",
      "/older/a": "301 to /new/a",
      "/none": "404 no page at the root",
      "/docs/none": "404 no page at the root",
    });
  });

  it("keep their redirects apart: one for the folder of another site is told before anything is sent", async () => {
    await publish(docs, { targetFolder: "docs" });
    bench.source.remove();
    bench.source.write({ ...root, _redirects: "/old/* /new/:splat\n/docs/old/* /archive/:splat 302\n" });
    const { errors } = outcomeOf(await bench.publish({ ...HOSTED, siteUrl: bench.siteUrl }));
    const manifest = `s3://${bench.bucket}/docs/${MANIFEST}`;
    assert.deepEqual(errors, [
      `targetFolder: _redirects has a rule for /docs/old/*, and another site is published to docs/, as its manifest ${manifest} shows. Write the rule in the _redirects of the other site, or publish one of the two elsewhere. If the other site is no longer needed, delete its manifest. [sites-in-conflict]`,
    ]);
    assert.deepEqual(await website(), ["index.html", "docs/404.html", ["docs/v1/"]]);
  });

  it("come back with the rules of their release, though another site has the folder by now", async () => {
    const keeping = { keepReleases: "2" };
    await publish({ ...root, _redirects: "/shop/* /new/:splat\n" }, keeping);
    await publish({ ...root, _redirects: "/old/* /new/:splat\n" }, keeping);
    await publish(docs, { targetFolder: "shop" });
    const { errors } = outcomeOf(await bench.publish({ action: "rollback", siteUrl: bench.siteUrl }));
    assert.equal(errors, undefined);
  });

  it("lose those rules of the others that are said again, which use up the bucket's 50", async () => {
    await publish(docs, { targetFolder: "docs" });
    const ruleOf = (KeyPrefixEquals: string) => ({
      Condition: { HttpErrorCodeReturnedEquals: "404", KeyPrefixEquals },
      Redirect: { ReplaceKeyPrefixWith: "archive/" },
    });
    const RoutingRules = Array.from({ length: 50 }, (_, index) => ruleOf(index === 20 ? "docs/b/" : "docs/a/"));
    const WebsiteConfiguration = { IndexDocument: { Suffix: "index.html" }, RoutingRules };
    await bench.target.client().send(new PutBucketWebsiteCommand({ Bucket: bench.bucket, WebsiteConfiguration }));
    await publish(root);
    const { RoutingRules: rules = [] } = await readWebsite();
    assert.deepEqual(
      rules.map(({ Condition }) => Condition?.KeyPrefixEquals),
      ["docs/a/", "docs/b/", "old/", "old/"],
    );
  });

  it("need no configureWebsite below a prefix: nobody looks for an error page that is another site's", async () => {
    await publish(root);
    await publish({ ...docs, _redirects: "" }, { targetFolder: "docs", configureWebsite: "false" });
    assert.deepEqual(await website(), ["index.html", "404.html", ["old/"]]);
  });

  it("side by side share a configuration that the first of them has set", async () => {
    await publish(docs, { targetFolder: "docs" });
    assert.deepEqual(await website(), ["index.html", "docs/404.html", ["docs/v1/"]]);
    await publish({ ...docs, _redirects: "/a/* /b/:splat\n" }, { targetFolder: "blog" });
    assert.deepEqual(await website(), ["index.html", "docs/404.html", ["blog/a/", "docs/v1/"]]);
    await publish({ "index.html": "docs", _redirects: "/v2/* /v3/:splat\n" }, { targetFolder: "docs" });
    assert.deepEqual(await website(), ["index.html", undefined, ["docs/v2/", "blog/a/"]]);
  });

  it("leave a configuration alone that was made by hand, or whose owner cannot be seen", async () => {
    const WebsiteConfiguration = { IndexDocument: { Suffix: "index.html" }, ErrorDocument: { Key: "oops.html" } };
    const byHand = new PutBucketWebsiteCommand({ Bucket: bench.bucket, WebsiteConfiguration });
    await bench.target.client().send(byHand);
    await publish(docs, { targetFolder: "docs" });
    assert.deepEqual(await website(), ["index.html", "oops.html", ["docs/v1/"]]);
  });

  it("count a manifest at the root that cannot be read as another site", async () => {
    await publish(docs, { targetFolder: "docs" });
    const fault = bench.addFault({
      match: { operation: "HeadObject", key: MANIFEST },
      action: { kind: "status", status: 403, code: "AccessDenied" },
    });
    await publish(
      { "index.html": "docs", "sorry.html": "sorry" },
      { targetFolder: "docs", errorDocument: "sorry.html" },
    );
    fault.remove();
    assert.deepEqual(await website(), ["index.html", "docs/404.html", []]);
    await publish(
      { "index.html": "docs", "sorry.html": "sorry" },
      { targetFolder: "docs", errorDocument: "sorry.html" },
    );
    assert.deepEqual(await website(), ["index.html", "docs/404.html", []], "by then it was another site's");
  });

  it("say which of their redirects do not fit beside the other sites'", async () => {
    const many = Array.from({ length: 24 }, (_, index) => `/old-${index}/* /new/:splat`);
    await publish({ ...root, "old-0/a.html": "a", _redirects: many.join("\n") });
    bench.source.remove();
    bench.source.write({ ...docs, _redirects: "/a/* /x/:splat\n/b/* /x/:splat\n/c/* /x/:splat\n" });
    const result = await bench.publish({ ...HOSTED, targetFolder: "docs", siteUrl: `${bench.siteUrl}docs/` });
    const { warnings = [] } = outcomeOf(result);
    assert.deepEqual(warnings, [
      "_redirects, line 3: the rule for /c/* is skipped: S3 allows 50 routing rules, and 48 of other sites and those of earlier rules use all of them. Behind CloudFront, use the function in the plan file. [site-rule-skipped]",
    ]);
  });

  it("cannot share a bucket that sends all its visitors elsewhere", async () => {
    const WebsiteConfiguration = { RedirectAllRequestsTo: { HostName: "www.example.com" } };
    const byHand = new PutBucketWebsiteCommand({ Bucket: bench.bucket, WebsiteConfiguration });
    await bench.target.client().send(byHand);
    bench.source.remove();
    bench.source.write(docs);
    const { errors } = outcomeOf(await bench.publish({ ...HOSTED, targetFolder: "docs" }));
    assert.deepEqual(errors, [
      `configureWebsite: The website configuration of the bucket "${bench.bucket}" redirects all requests to another host, and this site did not set it. Publish to another bucket, or delete that configuration. [website-of-another-site]`,
    ]);
    assert.deepEqual(await bench.keys(), []);
  });
});
