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
const ANSWERS_OF_AMAZON = { folderWithoutSlash: "302 to /docs/", missing: "404 sorry" };
/** Where website endpoints of others differ: radosgw tells nobody who may not list that something is missing. */
const ANSWERS: Readonly<Record<string, typeof ANSWERS_OF_AMAZON>> = {
  versitygw: { folderWithoutSlash: "404 sorry", missing: "404 sorry" },
  radosgw: { folderWithoutSlash: "200 docs", missing: "403 sorry" },
};
const PAGE = { ContentType: "text/html; charset=utf-8", CacheControl: "no-cache" };

describe("AwsS3PublishSite", () => {
  const bench = publishBench();
  beforeEach(() => bench.source.write(SITE));

  it("makes a bucket, a website that everybody can visit, and objects with the headers that browsers need", async () => {
    // The target deletes what has the bucket's name at the end.
    await bench.target.client().send(new DeleteBucketCommand({ Bucket: bench.bucket }));
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
    const { folderWithoutSlash, missing } = ANSWERS[bench.target.name] ?? ANSWERS_OF_AMAZON;
    assert.deepEqual(
      await bench.pages("/", "/docs/", "/docs", "/absent", "/old.html", "/blog", "/blog/a", "/shop/a", "/style.css"),
      {
        "/": "200 home",
        "/docs/": "200 docs",
        "/docs": folderWithoutSlash,
        "/absent": missing,
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
    assert.deepEqual(await bench.pages("/about", "/about/", "/about.html", "/docs/"), {
      "/about": "200 about",
      "/about/": "200 about",
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
      filesUploaded: String(FILES),
      filesUpdated: "0",
      filesUnchanged: "0",
      filesDeleted: "0",
      redirectsUpdated: String(REDIRECTS.length),
      releaseNumber: "",
      releasesFile: "",
      rolledBackTo: "",
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
    const bucketName = `${bench.bucket}-new`;
    const result = await bench.publish({ ...HOSTED, bucketName, dryRun: "true" });
    assertDone(result, { uploaded: FILES, bytes: totalBytes() });
    assert.deepEqual(result.log.slice(9, 13), [
      `Would create the bucket ${bucketName}, and set its website configuration`,
      `Would allow everyone s3:GetObject on s3://${bucketName}/* in the bucket's policy`,
      `Found ${FILES} files: ${FILES} new; ${REDIRECTS.length} redirects: ${REDIRECTS.length} to set; 1.8 KB to upload`,
      `  ${APP} → ${APP} (5 B, new)`,
    ]);
    await assert.rejects(bench.target.client().send(new HeadBucketCommand({ Bucket: bucketName })), {
      name: "NotFound",
    });
  });

  function totalBytes(): number {
    const published = Object.entries(SITE).filter(([name]) => !name.startsWith("_"));
    return published.reduce((sum, [, content]) => sum + content.length, 0);
  }
});
