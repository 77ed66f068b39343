import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import {
  DeleteBucketWebsiteCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type RoutingRule,
  type WebsiteConfiguration,
} from "@aws-sdk/client-s3";
import { noWebsites, type Website } from "../target.ts";
import { conformance, type Subject } from "./conformance.ts";
import { allow, ask, publicBucket, putPolicy, unblockedBucket } from "./public-bucket.ts";

type Content = Readonly<Record<string, string | Partial<PutObjectCommandInput>>>;

const index = { IndexDocument: { Suffix: "index.html" } };
const withErrorPage = { ...index, ErrorDocument: { Key: "404.html" } };

/** The website of a bucket of its own, with content by key; anyone may read all of it, and list it. */
async function openSite(
  subject: Subject,
  content: Content,
  website: WebsiteConfiguration = index,
): Promise<Website & { bucket: string }> {
  const bucket = await unblockedBucket(subject);
  // S3 needs no right to list to tell what is not there, but radosgw does.
  await putPolicy(subject, bucket, allow("s3:GetObject", `${bucket}/*`), allow("s3:ListBucket", bucket));
  await publish(subject, bucket, content, website);
  return { ...(await subject.target.openWebsite(bucket)), bucket };
}

async function publish({ client }: Subject, Bucket: string, content: Content, website: WebsiteConfiguration) {
  for (const [Key, about] of Object.entries(content)) {
    const body = typeof about === "string" ? { Body: about } : { Body: "", ...about };
    await client.send(new PutObjectCommand({ Bucket, Key, ContentType: "text/html", ...body }));
  }
  await client.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration: website }));
}

/** What visitors of a path get: the status and the page. */
async function pageAt({ url }: Website, path: string): Promise<readonly [status: number, page: string]> {
  const { status, body } = await ask(url, path);
  return [status, body];
}

/** Where visitors of a path are sent: the status and the address, that of the website itself left out. */
async function redirectAt({ url }: Website, path: string): Promise<readonly [status: number, location: string]> {
  const { status, headers } = await ask(url, path);
  return [status, (headers.location ?? "none").replace(url, "")];
}

conformance(
  "websites",
  (behaves) => {
    behaves("serves the index document of a folder", async (subject) => {
      const site = await openSite(subject, { "index.html": "home", "docs/index.html": "docs" });
      assert.deepEqual(await pageAt(site, "/"), [200, "home"]);
      assert.deepEqual(await pageAt(site, "/docs/"), [200, "docs"]);
      assert.deepEqual(await pageAt(site, "/docs/index.html?query"), [200, "docs"]);
    });

    behaves("sends those who leave out the slash of a folder there", async (subject) => {
      const site = await openSite(subject, { "docs/index.html": "docs", "a b/index.html": "spaced" });
      assert.deepEqual(await redirectAt(site, "/docs"), [302, "/docs/"]);
      assert.deepEqual(await redirectAt(site, "/a%20b"), [302, "/a%20b/"]);
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

    behaves("sends visitors where an object sends them", async (subject) => {
      const site = await openSite(subject, {
        moved: { WebsiteRedirectLocation: "/new place?x#y" },
        "gone/index.html": { WebsiteRedirectLocation: "https://example.com/there" },
      });
      assert.deepEqual(await redirectAt(site, "/moved"), [301, "/new place?x#y"]);
      assert.deepEqual(await redirectAt(site, "/gone/"), [301, "https://example.com/there"]);
    });

    const rules: readonly (readonly [title: string, rule: RoutingRule, path: string, status: number, to: string])[] = [
      [
        "replaces the prefix of a key",
        { Condition: { KeyPrefixEquals: "docs/" }, Redirect: { ReplaceKeyPrefixWith: "documents/" } },
        "/docs/a.html",
        301,
        "/documents/a.html",
      ],
      [
        "encodes a key",
        { Condition: { KeyPrefixEquals: "docs/" }, Redirect: { ReplaceKeyPrefixWith: "documents/" } },
        "/docs/a%20b%3F.html",
        301,
        "/documents/a%20b%3F.html",
      ],
      [
        "replaces the prefix of a folder's key, and not of its index document's",
        { Condition: { KeyPrefixEquals: "docs/" }, Redirect: { ReplaceKeyPrefixWith: "documents/" } },
        "/docs/",
        301,
        "/documents/",
      ],
      [
        "replaces a key",
        {
          Condition: { KeyPrefixEquals: "docs/" },
          Redirect: { ReplaceKeyWith: "sorry.html", HttpRedirectCode: "302" },
        },
        "/docs/a.html",
        302,
        "/sorry.html",
      ],
      [
        "sends visitors to another host",
        { Condition: { KeyPrefixEquals: "docs/" }, Redirect: { HostName: "docs.example.com", Protocol: "https" } },
        "/docs/a.html",
        301,
        "https://docs.example.com/docs/a.html",
      ],
      [
        "redirects what is not there",
        {
          Condition: { HttpErrorCodeReturnedEquals: "404" },
          Redirect: { HostName: "old.example.com", ReplaceKeyPrefixWith: "report-404/", HttpRedirectCode: "307" },
        },
        "/absent.html",
        307,
        "http://old.example.com/report-404/absent.html",
      ],
      [
        "redirects what is not there under a prefix",
        {
          Condition: { KeyPrefixEquals: "blog/", HttpErrorCodeReturnedEquals: "404" },
          Redirect: { ReplaceKeyPrefixWith: "archive/" },
        },
        "/blog/post.html",
        301,
        "/archive/post.html",
      ],
      [
        "redirects to a place within a page",
        { Condition: { HttpErrorCodeReturnedEquals: "404" }, Redirect: { ReplaceKeyPrefixWith: "#!/" } },
        "/deep/link",
        301,
        "/#!/deep/link",
      ],
    ];
    for (const [title, rule, path, status, to] of rules) {
      behaves(`${title} by a routing rule`, async (subject) => {
        const site = await openSite(subject, { "404.html": "sorry" }, { ...withErrorPage, RoutingRules: [rule] });
        assert.deepEqual(await redirectAt(site, path), [status, to]);
      });
    }

    behaves("follows the first routing rule that fits, and none for what is there", async (subject) => {
      const RoutingRules = [
        { Condition: { KeyPrefixEquals: "a/b/" }, Redirect: { ReplaceKeyWith: "first" } },
        { Condition: { KeyPrefixEquals: "a/" }, Redirect: { ReplaceKeyWith: "second" } },
        { Condition: { HttpErrorCodeReturnedEquals: "404" }, Redirect: { ReplaceKeyWith: "third" } },
      ];
      const site = await openSite(subject, { "index.html": "home", "a/page": "hidden" }, { ...index, RoutingRules });
      assert.deepEqual(await redirectAt(site, "/a/b/c"), [301, "/first"]);
      assert.deepEqual(await redirectAt(site, "/a/page"), [301, "/second"]);
      assert.deepEqual(await redirectAt(site, "/b"), [301, "/third"]);
      assert.deepEqual(await pageAt(site, "/"), [200, "home"]);
    });

    behaves("applies a routing rule without a condition to all requests", async (subject) => {
      const RoutingRules = [{ Redirect: { HostName: "example.com", HttpRedirectCode: "302" } }];
      const site = await openSite(subject, { "index.html": "home" }, { ...index, RoutingRules });
      assert.deepEqual(await redirectAt(site, "/page"), [302, "http://example.com/page"]);
      assert.deepEqual(await redirectAt(site, "/"), [302, "http://example.com/"]);
    });

    behaves("redirects all requests to another host", async (subject) => {
      const website = { RedirectAllRequestsTo: { HostName: "www.example.com", Protocol: "https" as const } };
      const site = await openSite(subject, {}, website);
      assert.deepEqual(await redirectAt(site, "/"), [301, "https://www.example.com/"]);
      assert.deepEqual(await redirectAt(site, "/a/b"), [301, "https://www.example.com/a/b"]);
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
