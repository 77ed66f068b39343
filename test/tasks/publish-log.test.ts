import assert from "node:assert/strict";
import { PutBucketWebsiteCommand } from "@aws-sdk/client-s3";
import { HOSTED, publishBench } from "./publish-bench.ts";

const SITE = {
  "index.html": "home",
  "about.html": "about",
  "docs/index.html": "docs",
  "404.html": "sorry",
  "app.3f2a1b9c0d4e5f6a7b8c.js": "app()",
  "style.css": "p { color: teal }\n".repeat(100),
  "logo.svg": "<svg/>",
  _headers: "/*\n  X-Frame-Options: DENY\n",
  _redirects: "/old.html /about.html\n/blog/* /docs/:splat\n",
};

describe("AwsS3PublishSite, its log", () => {
  const bench = publishBench("embedded");
  const words = (log: readonly string[]) =>
    log.slice(8, -1).map((line) =>
      line
        .replaceAll(bench.source.path, "SOURCE")
        .replaceAll(bench.siteUrl, "URL/")
        .replaceAll(bench.bucket, "BUCKET")
        .replace(new URL(bench.target.url).host, "STORE")
        .replace(/in [\d.]+ s( \([^)]*\/s\))?(?=$|\. )/, "in SECONDS"),
    );

  it("tells a person what becomes of the bucket and the site, in order", async () => {
    bench.source.write(SITE);
    assert.deepEqual(words((await bench.publish({ ...HOSTED, concurrency: "1" })).log), [
      "Publishing SOURCE to s3://BUCKET/ at STORE",
      "##[warning]_headers, line 2: X-Frame-Options is skipped: S3 does not keep this header with an object. Behind CloudFront, use the response headers policy in the plan file. [site-rule-skipped]",
      "Found 7 files: 7 new; 2 redirects: 2 to set; 1.8 KB to upload",
      'Turned off BlockPublicPolicy and RestrictPublicBuckets of the bucket "BUCKET"',
      "Allowed everyone s3:GetObject on s3://BUCKET/* in the bucket's policy",
      "  app.3f2a1b9c0d4e5f6a7b8c.js → app.3f2a1b9c0d4e5f6a7b8c.js (5 B, new)",
      "  logo.svg → logo.svg (6 B, new)",
      "  style.css → style.css (1.8 KB, new)",
      "  404.html → 404.html (5 B, new)",
      "  about.html → about.html (5 B, new)",
      "  docs/index.html → docs/index.html (4 B, new)",
      "  index.html → index.html (4 B, new)",
      "  /old.html → /about.html (301)",
      "  /blog → /docs/ (301)",
      "Set the website configuration of the bucket BUCKET",
      "Checked 10 URLs of URL/ in SECONDS",
      "Uploaded 7 files, 1.8 KB, to s3://BUCKET/ in SECONDS. Set 2 redirects",
      "  new        7",
      "  updated    0",
      "  unchanged  0",
      "  deleted    0",
      "  redirects  2",
    ]);
    bench.source.write({ "about.html": "about us", _headers: "" });
    assert.deepEqual(words((await bench.publish(HOSTED)).log), [
      "Publishing SOURCE to s3://BUCKET/ at STORE",
      "Found 7 files: 1 to update, 6 unchanged; 2 redirects: 2 unchanged; 8 B to upload",
      "  about.html → about.html (8 B, content differs)",
      "Checked 3 URLs of URL/ in SECONDS",
      "Uploaded 1 file, 8 B, to s3://BUCKET/ in SECONDS",
      "  new        0",
      "  updated    1",
      "  unchanged  6",
      "  deleted    0",
      "  redirects  0",
    ]);
  });

  it("counts redirects apart from files, and tells where each leads", async () => {
    const siteUrl = `${bench.siteUrl}www/`;
    const inputs = { verify: "false", maxDelete: "100%", concurrency: "1", siteUrl };
    bench.source.write({
      "index.html": "home",
      _redirects: "/old /new\n/a.html https://example.com/x?y=1 308\n/blog/* /docs/:splat\n",
    });
    const first = await bench.publish({ ...inputs, targetFolder: "www" });
    const { log } = first;
    assert.deepEqual(
      log.filter((line) => / → |redirect/.test(line)),
      [
        "##[warning]_redirects: some lines need 2 routing rules in the bucket's website configuration, which this step does not change. Set configureWebsite to true, or run the step that configures the website once after these lines change. [website-not-configured]",
        "Found 1 file: 1 new; 4 redirects: 4 to set; 4 B to upload",
        "  index.html → www/index.html (4 B, new)",
        "  /www/old/ → /www/new (301)",
        "  /www/a.html → https://example.com/x?y=1 (301)",
        "  /www/blog → /www/docs/ (301)",
        "  /www/old → /www/new (301)",
        ...log.filter((line) => line.startsWith("Uploaded 1 file")),
        "  redirects  4",
      ],
    );
    assert.deepEqual(
      [first.outputVariables.filesUploaded?.value, first.outputVariables.redirectsUpdated?.value],
      ["1", "4"],
    );
    bench.source.write({ _redirects: "/old /newer\n" });
    const second = await bench.publish({ ...inputs, targetFolder: "www" });
    assert.deepEqual(
      second.log
        .filter((line) => / → |redirect|Set /.test(line))
        .map((line) => line.replace(/in [\d.]+ s$/, "in SECONDS")),
      [
        "Found 1 file: 1 unchanged; 4 redirects: 2 to set, 2 to delete",
        "  /www/old/ → /www/newer (301)",
        "  /www/old → /www/newer (301)",
        "  delete /www/a.html → https://example.com/x?y=1 (301) (no longer in the site)",
        "  delete /www/blog → /www/docs/ (301) (no longer in the site)",
        `Set 2 redirects, and deleted 2 in s3://${bench.bucket}/www/ in SECONDS`,
        "  redirects  4",
      ],
    );
    assert.equal(second.outputVariables.redirectsUpdated?.value, "4");
  });

  it("tells which website configuration is replaced, before in a dry run and after", async () => {
    bench.source.write(SITE);
    const RoutingRules = [
      {
        Condition: { KeyPrefixEquals: "by-hand/" },
        Redirect: { ReplaceKeyPrefixWith: "docs/", HttpRedirectCode: "302" },
      },
    ];
    const WebsiteConfiguration = { IndexDocument: { Suffix: "home.html" }, RoutingRules };
    await bench.target.client().send(new PutBucketWebsiteCommand({ Bucket: bench.bucket, WebsiteConfiguration }));
    const byHand =
      '{"indexDocument":"home.html","routingRules":[{"condition":{"keyPrefix":"by-hand/"},"redirect":{"replaceKeyPrefixWith":"docs/","httpRedirectCode":"302"}}]}';
    const inputs = { configureWebsite: "true", verify: "false" };
    const planned = words((await bench.publish({ ...inputs, dryRun: "true" })).log);
    const order = "set the website configuration of the bucket BUCKET";
    assert.ok(planned.includes(`Would ${order}, which replaces ${byHand}`), planned.join("\n"));
    const done = words((await bench.publish(inputs)).log);
    const at = done.indexOf("Set the website configuration of the bucket BUCKET");
    assert.deepEqual(done.slice(at + 1, at + 2), [`The website configuration before that: ${byHand}`]);
    assert.ok(!words((await bench.publish({ ...inputs, dryRun: "true" })).log).some((line) => line.includes(order)));
  });
});
