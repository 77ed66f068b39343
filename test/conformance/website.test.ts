import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { DeleteBucketWebsiteCommand } from "@aws-sdk/client-s3";
import { noWebsites } from "../target.ts";
import { conformance } from "./conformance.ts";
import { allow, ask, publicBucket, putPolicy, unblockedBucket } from "./public-bucket.ts";
import { index, openSite, pageAt, publish, withErrorPage } from "./site.ts";

conformance(
  "websites",
  (behaves) => {
    behaves("serves the index document of a folder", async (subject) => {
      const site = await openSite(subject, { "index.html": "home", "docs/index.html": "docs" });
      assert.deepEqual(await pageAt(site, "/"), [200, "home"]);
      assert.deepEqual(await pageAt(site, "/docs/"), [200, "docs"]);
      assert.deepEqual(await pageAt(site, "/docs/index.html?query"), [200, "docs"]);
    });

    behaves("prefers an object to the folder of its name", async (subject) => {
      const site = await openSite(subject, { about: "object", "about-us/index.html": "folder" });
      assert.deepEqual(await pageAt(site, "/about"), [200, "object"]);
    });

    behaves("sends an object with its headers and metadata", async (subject) => {
      const page = gzipSync("page");
      const site = await openSite(subject, {
        page: {
          Body: page,
          ContentType: "text/html; charset=utf-8",
          ContentEncoding: "gzip",
          CacheControl: "no-cache",
          Metadata: { by: "test" },
        },
      });
      const { status, headers } = await ask(site.url, "/page");
      const names = ["content-type", "content-encoding", "content-length", "cache-control", "x-amz-meta-by"];
      assert.deepEqual(
        [status, ...names.map((name) => headers[name])],
        [200, "text/html; charset=utf-8", "gzip", String(page.length), "no-cache", "test"],
      );
      assert.match(headers.etag ?? "", /^"[0-9a-f]{32}"$/);
    });

    behaves("answers HEAD with the headers alone", async (subject) => {
      const site = await openSite(subject, { "index.html": "home" });
      const { status, headers, body } = await ask(site.url, "/", { method: "HEAD" });
      assert.deepEqual([status, headers["content-length"], headers["content-type"], body], [200, "4", "text/html", ""]);
      assert.equal((await ask(site.url, "/absent", { method: "HEAD" })).status, 404);
    });

    behaves("serves keys of any characters", async (subject) => {
      const site = await openSite(subject, { "ünï cödé/a+b (c).html": "odd" });
      assert.deepEqual(await pageAt(site, "/%C3%BCn%C3%AF%20c%C3%B6d%C3%A9/a%2Bb%20%28c%29.html"), [200, "odd"]);
    });

    behaves("sends the range that is asked for", async (subject) => {
      const site = await openSite(subject, { "index.html": "0123456789" });
      const { status, headers, body } = await ask(site.url, "/", { headers: { range: "bytes=2-4" } });
      assert.deepEqual([status, headers["content-range"], body], [206, "bytes 2-4/10", "234"]);
    });

    behaves("sends no page that the visitor has already", async (subject) => {
      const site = await openSite(subject, { "index.html": "home" });
      const { etag = "", "last-modified": time = "" } = (await ask(site.url, "/")).headers;
      assert.equal((await ask(site.url, "/", { headers: { "if-none-match": etag } })).status, 304);
      assert.equal((await ask(site.url, "/", { headers: { "if-modified-since": time } })).status, 304);
      assert.equal((await ask(site.url, "/", { headers: { "if-none-match": '"other"' } })).status, 200);
    });

    behaves("takes no other methods than GET and HEAD", async (subject) => {
      const site = await openSite(subject, { "index.html": "home" });
      const statuses = ["PUT", "POST", "DELETE"].map(async (method) => (await ask(site.url, "/", { method })).status);
      assert.deepEqual(await Promise.all(statuses), [405, 405, 405]);
    });

    behaves("tells of a page that is not there by a page", async (subject) => {
      const site = await openSite(subject, { "index.html": "home" });
      const { status, headers, body } = await ask(site.url, "/absent");
      assert.equal(status, 404);
      assert.match(headers["content-type"] ?? "", /^text\/html/);
      assert.match(body, /<h1>404 Not Found<\/h1>.*<li>Code: NoSuchKey<\/li>/s);
      assert.equal((await ask(site.url, "/empty-folder/")).status, 404);
    });

    behaves("tells of a page that is not there, though nobody may list what is", async (subject) => {
      const bucket = await publicBucket(subject);
      await publish(subject, bucket, { "index.html": "home" }, index);
      const { url } = await subject.target.openWebsite(bucket);
      assert.equal((await ask(url, "/absent")).status, 404);
    });

    behaves("names an error in a header too", async (subject) => {
      const site = await openSite(subject, {});
      const { headers } = await ask(site.url, "/absent");
      assert.equal(headers["x-amz-error-code"], "NoSuchKey");
    });

    behaves("shows the error document, with the status of the error", async (subject) => {
      const about = { Body: "sorry", CacheControl: "no-store" };
      const site = await openSite(subject, { "404.html": about }, withErrorPage);
      const { status, headers, body } = await ask(site.url, "/absent");
      assert.deepEqual(
        [status, headers["content-type"], headers["cache-control"], body],
        [404, "text/html", "no-store", "sorry"],
      );
    });

    behaves("shows all of the error document, whatever range is asked for", async (subject) => {
      const site = await openSite(subject, { "404.html": "sorry" }, withErrorPage);
      const { status, body } = await ask(site.url, "/absent", { headers: { range: "bytes=1-2" } });
      assert.deepEqual([status, body], [404, "sorry"]);
    });

    behaves("tells of the error document too where that is not there", async (subject) => {
      const site = await openSite(subject, {}, withErrorPage);
      const { status, body } = await ask(site.url, "/absent");
      assert.equal(status, 404);
      assert.match(body, /Key: absent.*Retrieve a Custom Error Document.*Key: 404\.html/s);
    });

    behaves("refuses what the public may not read", async (subject) => {
      const bucket = await unblockedBucket(subject);
      await putPolicy(subject, bucket, allow("s3:GetObject", `${bucket}/open/*`));
      const website = { ...index, ErrorDocument: { Key: "open/error.html" } };
      await publish(subject, bucket, { "open/error.html": "sorry", "closed.html": "secret" }, website);
      const site = await subject.target.openWebsite(bucket);
      assert.deepEqual(await pageAt(site, "/closed.html"), [403, "sorry"]);
      await publish(subject, bucket, {}, index);
      const { status, body } = await ask(site.url, "/closed.html");
      assert.equal(status, 403);
      assert.match(body, /<li>Code: AccessDenied<\/li>/);
    });

    behaves("has no website where none is configured", async (subject) => {
      const site = await openSite(subject, { "index.html": "home" });
      await subject.client.send(new DeleteBucketWebsiteCommand({ Bucket: site.bucket }));
      const { status, body } = await ask(site.url, "/");
      assert.equal(status, 404);
      assert.match(body, /<li>Code: NoSuchWebsiteConfiguration<\/li>/);
    });

    behaves("has no website where no bucket is", async ({ target }) => {
      const { url } = await target.openWebsite("no-such-bucket-anywhere");
      const { status, body } = await ask(url, "/");
      assert.equal(status, 404);
      assert.match(body, /<li>Code: NoSuchBucket<\/li>/);
    });
  },
  noWebsites,
);
