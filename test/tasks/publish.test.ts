import assert from "node:assert/strict";
import {
  DeleteBucketCommand,
  GetBucketPolicyCommand,
  GetBucketWebsiteCommand,
  HeadBucketCommand,
} from "@aws-sdk/client-s3";
import { HOSTED, MANIFEST, publishBench } from "./publish-bench.ts";
import { outputsOf } from "./step-result.ts";
import { assertDone, assertOutcome } from "./upload-bench.ts";

const APP = "app.3f2a1b9c0d4e5f6a7b8c.js";
const STYLE = "p { color: teal }\n".repeat(100);
const SITE = {
  "index.html": "home",
  "about.html": "about",
  "docs/index.html": "docs",
  "404.html": "sorry",
  [APP]: "app()",
  "style.css": STYLE,
  "logo.svg": "<svg/>",
  _headers: "/*.svg\n  Cache-Control: max-age=5\n",
  _redirects: "/old.html /about.html\n/blog/* /docs/:splat\n/shop/* https://shop.example.com/s/:splat 302\n",
};
const FILES = 7;
const REDIRECTS = ["blog", "old.html"];
const OBJECTS = [...Object.keys(SITE).filter((name) => !name.startsWith("_")), ...REDIRECTS].sort();
const PAGE = { ContentType: "text/html; charset=utf-8", CacheControl: "no-cache" };

describe("AwsS3PublishSite", () => {
  const bench = publishBench();
  beforeEach(() => bench.source.write(SITE));

  /** The bucket's name stays with the target, which deletes it at the end. */
  async function withoutBucket() {
    await bench.target.client().send(new DeleteBucketCommand({ Bucket: bench.bucket }));
  }

  it("makes a bucket, a website that everybody can visit, and objects with the headers that browsers need", async () => {
    await withoutBucket();
    const result = await bench.publish({ ...HOSTED, compress: "gzip" });
    assert.deepEqual([result.result, result.issues], ["Succeeded", []], result.log.join("\n"));
    const heads = await Promise.all(OBJECTS.map(async (key) => [key, await headersOf(key)]));
    assert.deepEqual(Object.fromEntries(heads), {
      "404.html": PAGE,
      "about.html": PAGE,
      [APP]: {
        ContentType: "text/javascript; charset=utf-8",
        CacheControl: "public, max-age=31536000, immutable",
      },
      blog: { WebsiteRedirectLocation: "/docs/" },
      "docs/index.html": PAGE,
      "index.html": PAGE,
      "logo.svg": { ContentType: "image/svg+xml", CacheControl: "max-age=5" },
      "old.html": { WebsiteRedirectLocation: "/about.html" },
      "style.css": {
        ContentType: "text/css; charset=utf-8",
        CacheControl: "public, max-age=3600",
        ContentEncoding: "gzip",
      },
    });
    assert.deepEqual(await bench.keys(), OBJECTS);

    const Bucket = bench.bucket;
    const { Policy = "" } = await bench.target.client().send(new GetBucketPolicyCommand({ Bucket }));
    assert.deepEqual(JSON.parse(Policy).Statement, [
      {
        Sid: "AwsS3PublishSite",
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${Bucket}/*`,
      },
    ]);
    const website = await bench.target.client().send(new GetBucketWebsiteCommand({ Bucket }));
    assert.deepEqual(
      [website.IndexDocument, website.ErrorDocument, website.RoutingRules?.length],
      [{ Suffix: "index.html" }, { Key: "404.html" }, 4],
    );
  });

  async function headersOf(key: string): Promise<Record<string, unknown>> {
    const { ContentType, CacheControl, ContentEncoding, WebsiteRedirectLocation } = await bench.head(key);
    const told = { ContentType, CacheControl, ContentEncoding };
    const headers = WebsiteRedirectLocation === undefined ? told : { WebsiteRedirectLocation };
    return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  }

  it("shows visitors pages, folders, the error page and redirects, and browsers decode what is compressed", async () => {
    await bench.publish({ ...HOSTED, compress: "gzip" });
    // radosgw finds a folder without its slash, and tells nobody who may not list that something is missing.
    const isOldStore = bench.target.name === "radosgw";
    assert.deepEqual(
      await bench.pages("/", "/docs/", "/docs", "/absent", "/old.html", "/blog", "/blog/a", "/shop/a", "/style.css"),
      {
        "/": "200 home",
        "/docs/": "200 docs",
        "/docs": isOldStore ? "200 docs" : "302 to /docs/",
        "/absent": isOldStore ? "403 sorry" : "404 sorry",
        "/old.html": "301 to /about.html",
        "/blog": "301 to /docs/",
        "/blog/a": "301 to /docs/a",
        "/shop/a": "302 to https://shop.example.com/s/a",
        "/style.css": `200 ${STYLE}`,
      },
    );
    assert.equal((await bench.visit("/style.css")).headers.get("content-encoding"), "gzip");
  });

  it("serves pages under clean names too", async () => {
    await bench.publish({ ...HOSTED, cleanUrls: "true" });
    assert.deepEqual(await bench.pages("/about", "/about.html", "/docs/"), {
      "/about": "200 about",
      "/about.html": "200 about",
      "/docs/": "200 docs",
    });
  });

  it("answers with the index where a single-page app is asked for a page that it makes itself", async () => {
    bench.source.write({ _redirects: "" });
    assertOutcome(await bench.publish({ ...HOSTED, singlePageApp: "true" }), {
      result: "Succeeded",
      counts: { uploaded: FILES, bytes: totalBytes() },
    });
    const { status, body } = await bench.visit("/orders/7");
    assert.deepEqual([body, status >= 400], ["home", true]);
  });

  it("publishes below a prefix, and leaves what is beside it private", async () => {
    await bench.put("beside.html", { Body: "secret" });
    const siteUrl = `${bench.siteUrl}www/`;
    const result = await bench.publish({ ...HOSTED, targetFolder: "www", siteUrl });
    assert.deepEqual([result.result, result.issues], ["Succeeded", []], result.log.join("\n"));
    assert.deepEqual(await bench.pages("/www/", "/www/old.html", "/www/blog/a"), {
      "/www/": "200 home",
      "/www/old.html": "301 to /www/about.html",
      "/www/blog/a": "301 to /www/docs/a",
    });
    assert.equal((await bench.visit("/beside.html")).status, 403);
  });

  it("sets its outputs, and says in the plan file what became of each object", async () => {
    bench.source.write({ _headers: "/*\n  X-Frame-Options: DENY\n" });
    const result = await bench.publish(HOSTED);
    const { planFile: _, ...outputs } = outputsOf(result);
    assert.deepEqual(outputs, {
      filesUploaded: String(OBJECTS.length),
      filesUpdated: "0",
      filesUnchanged: "0",
      filesDeleted: "0",
      bytesUploaded: String(totalBytes()),
      s3Uri: `s3://${bench.bucket}/`,
      siteUrl: bench.siteUrl,
      websiteEndpoint: "",
      cloudFrontDomain: "",
      invalidationId: "",
      nameServers: "",
    });
    const { actions, ...plan } = bench.planOf(result);
    assert.deepEqual(plan, {
      bucket: bench.bucket,
      prefix: "",
      folder: bench.source.path,
      dryRun: false,
      kept: [],
      cloudFront: {
        responseHeadersPolicies: [
          {
            pathPattern: "*",
            config: {
              Name: "site-headers-line-1",
              Comment: "Made from _headers for *",
              SecurityHeadersConfig: { FrameOptions: { Override: true, FrameOption: "DENY" } },
            },
          },
        ],
      },
      problems: [],
    });
    assert.deepEqual(
      actions.map(({ action, key, reason, status }) => [key, action, reason, status]).sort(),
      OBJECTS.map((key) => [key, "upload", "new", "done"]),
    );
  });

  it("keeps no secret of the manifest: it names what visitors can fetch, and nothing of the agent's machine", async () => {
    await bench.publish(HOSTED);
    const { status, body, headers } = await bench.visit(`/${MANIFEST}`);
    assert.deepEqual(
      [status, headers.get("content-type"), headers.get("cache-control")],
      [200, "application/json", "no-store"],
    );
    const { objects, run } = JSON.parse(body);
    assert.deepEqual(objects.map(({ name }: { name: string }) => name).sort(), OBJECTS);
    assert.equal(run.name, "run 1 (build id 1)");
    assert.ok(!body.includes(bench.source.path));
  });

  it("tells in a dry run what it would do, and does nothing", async () => {
    await withoutBucket();
    const result = await bench.publish({ ...HOSTED, dryRun: "true" });
    assertDone(result, { uploaded: OBJECTS.length, bytes: totalBytes() });
    assert.deepEqual(result.log.slice(9, 13), [
      `Would create the bucket ${bench.bucket}, and set its website configuration`,
      `Would allow everybody s3:GetObject on s3://${bench.bucket}/* in its policy`,
      `Found ${FILES} files: ${OBJECTS.length} new; 1.8 KB to upload`,
      `  ${APP} → ${APP} (5 B, new)`,
    ]);
    await assert.rejects(bench.target.client().send(new HeadBucketCommand({ Bucket: bench.bucket })), {
      name: "NotFound",
    });
    assert.ok(!(await bench.pages("/"))["/"]?.startsWith("200"));
  });

  function totalBytes(): number {
    const published = Object.entries(SITE).filter(([name]) => !name.startsWith("_"));
    return published.reduce((sum, [, content]) => sum + content.length, 0);
  }
});

describe("AwsS3PublishSite, its log", () => {
  const bench = publishBench("embedded");
  const words = (log: readonly string[]) =>
    log.slice(8, -1).map((line) =>
      line
        .replaceAll(bench.source.path, "SOURCE")
        .replaceAll(bench.siteUrl, "URL/")
        .replaceAll(bench.bucket, "BUCKET")
        .replace(new URL(bench.target.url).host, "STORE")
        .replace(/in [\d.]+ s \(.*\/s\)/, "in SECONDS"),
    );

  it("tells a person what becomes of the bucket and the site, in order", async () => {
    bench.source.write({ ...SITE, _headers: "/*\n  X-Frame-Options: DENY\n" });
    assert.deepEqual(words((await bench.publish({ ...HOSTED, concurrency: "1" })).log), [
      "Publishing SOURCE to s3://BUCKET/ at STORE",
      "##[warning]_headers, line 2: X-Frame-Options is left out: S3 keeps no such header with an object. Behind CloudFront, use the response headers policy in the plan file.",
      "Found 7 files: 9 new; 1.8 KB to upload",
      'Done: switch off BlockPublicPolicy and RestrictPublicBuckets of the bucket "BUCKET"',
      "Done: allow everybody s3:GetObject on s3://BUCKET/* in the bucket's policy",
      "  app.3f2a1b9c0d4e5f6a7b8c.js → app.3f2a1b9c0d4e5f6a7b8c.js (5 B, new)",
      "  logo.svg → logo.svg (6 B, new)",
      "  style.css → style.css (1.8 KB, new)",
      "  404.html → 404.html (5 B, new)",
      "  about.html → about.html (5 B, new)",
      "  docs/index.html → docs/index.html (4 B, new)",
      "  index.html → index.html (4 B, new)",
      "  old.html → old.html (0 B, new)",
      "  blog → blog (0 B, new)",
      "Set the website configuration of the bucket BUCKET",
      "Verified 10 URLs of URL/",
      "Uploaded 9 files, 1.8 KB, to s3://BUCKET/ in SECONDS",
      "  new        9",
      "  updated    0",
      "  unchanged  0",
      "  deleted    0",
    ]);
    bench.source.write({ "about.html": "about us", _headers: "" });
    assert.deepEqual(words((await bench.publish(HOSTED)).log), [
      "Publishing SOURCE to s3://BUCKET/ at STORE",
      "Found 7 files: 1 to update, 8 unchanged; 8 B to upload",
      "  about.html → about.html (8 B, content differs)",
      "Verified 3 URLs of URL/",
      "Uploaded 1 file, 8 B, to s3://BUCKET/ in SECONDS",
      "  new        0",
      "  updated    1",
      "  unchanged  8",
      "  deleted    0",
    ]);
  });
});
