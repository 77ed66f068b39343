import assert from "node:assert/strict";
import { hash, randomBytes } from "node:crypto";
import zlib from "node:zlib";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { ConnectionError } from "../../../src/http/connection-error.ts";
import type { Transport } from "../../../src/http/transport.ts";
import { putWebsiteConfiguration } from "../../../src/s3/buckets/website-configuration.ts";
import { allowPublicRead } from "../../../src/site/hosting/public-read.ts";
import { chooseChecks, type PublishedObject, type SiteCheck } from "../../../src/site/verify/site-check.ts";
import { type VerifyTools, verifySite } from "../../../src/site/verify/verify.ts";
import { openTargetBucket, openTransport } from "../../s3/open-target.ts";
import { startEmbeddedTarget } from "../../target.ts";
import { type StubAnswer, startSiteStub } from "./site-stub.ts";

const sha256 = (body: string | Buffer) => hash("sha256", body, "hex");
const { signal } = new AbortController();

/** Tools whose clock moves by waiting alone. */
function timelessTools(transport: Transport, settleMs = 60_000) {
  const delays: number[] = [];
  let nowMs = 0;
  const tools: VerifyTools = {
    transport,
    userAgent: "tests",
    settleMs,
    now: () => nowMs,
    async pause(delayMs) {
      delays.push(delayMs);
      nowMs += delayMs;
    },
    signal,
  };
  return { tools, delays };
}

describe("verifying a site", () => {
  const transport = openTransport();
  const closers: (() => unknown)[] = [];
  after(async () => {
    transport.close();
    for (const close of closers) await close();
  });

  async function startStub(answers: Readonly<Record<string, readonly StubAnswer[]>>) {
    const stub = await startSiteStub(answers);
    closers.push(stub.close);
    return stub;
  }

  /** The one failure of a check against these answers in turn, with no time for a second look unless it is given. */
  async function failureOf(answers: readonly StubAnswer[], expected: Partial<SiteCheck>, settleMs = 0) {
    const { url } = await startStub({ "/": answers });
    const check = { url: `${url}/`, statuses: [200], ...expected };
    const [failure] = await verifySite([check], timelessTools(transport, settleMs).tools);
    return failure;
  }

  it("finds nothing wrong where all is as it was published", async () => {
    const large = randomBytes(300_000);
    const { url, requests } = await startStub({
      "/plain": [
        { headers: { "content-type": "Text/HTML;charset=utf-8", "cache-control": "no-cache" }, body: "plain" },
      ],
      "/gzip": [{ headers: { "content-encoding": "gzip" }, body: zlib.gzipSync("gzip") }],
      "/br": [{ headers: { "content-encoding": "br" }, body: zlib.brotliCompressSync(large) }],
      "/none": [{ status: 404, headers: { "content-encoding": "gzip" }, body: zlib.gzipSync("none") }],
      "/moved": [{ status: 301, headers: { location: `http://elsewhere.example/new%20place?a=b` } }],
      "/away": [{ status: 302, headers: { location: "https://example.com" } }],
    });
    const checks: SiteCheck[] = [
      {
        url: `${url}/plain`,
        statuses: [200],
        sha256: sha256("plain"),
        contentType: "text/html; charset=UTF-8",
        cacheControl: "no-cache",
      },
      { url: `${url}/gzip`, statuses: [200], sha256: sha256("gzip") },
      { url: `${url}/br`, statuses: [200], sha256: sha256(large) },
      { url: `${url}/none`, statuses: [404, 403], sha256: sha256("none") },
      { url: `${url}/moved`, statuses: [301], location: "/new place?a=b" },
      { url: `${url}/away`, statuses: [301, 302], location: "https://example.com/" },
    ];
    const { tools, delays } = timelessTools(transport);
    assert.deepEqual(await verifySite(checks, tools), []);
    assert.deepEqual(delays, []);
    assert.equal(requests.length, checks.length);
    const { host, ...headers } = requests.find(({ path }) => path === "/plain")?.headers ?? {};
    assert.equal(`http://${host}`, url);
    assert.deepEqual(headers, {
      "user-agent": "tests",
      accept: "*/*",
      "accept-encoding": "br, gzip",
      connection: "keep-alive",
    });
  });

  it("asks again for what is not right yet, and for that alone", async () => {
    const { url, requests } = await startStub({
      "/right": [{ body: "new" }],
      "/late": [{ body: "old" }, { status: 403 }, { status: 503 }, { body: "new" }],
    });
    const checks = ["/right", "/late"].map((path) => ({
      url: url + path,
      statuses: [200],
      sha256: sha256("new"),
      previousSha256: sha256("old"),
    }));
    const { tools, delays } = timelessTools(transport);
    assert.deepEqual(await verifySite(checks, tools), []);
    assert.deepEqual(delays, [1_000, 2_000, 4_000]);
    assert.deepEqual(requests.map(({ path }) => path).sort(), ["/late", "/late", "/late", "/late", "/right"]);
  });

  it("gives up when time is up", async () => {
    const { url } = await startStub({});
    const { tools, delays } = timelessTools(transport, 50_000);
    const failures = await verifySite([{ url: `${url}/`, statuses: [200] }], tools);
    assert.equal(failures.length, 1);
    assert.deepEqual(delays, [1_000, 2_000, 4_000, 8_000, 16_000, 19_000]);
  });

  const cloudFront = { "x-amz-cf-id": "x" };
  const problems: readonly [
    title: string,
    answer: StubAnswer,
    check: Partial<SiteCheck>,
    problem: string,
    cause: RegExp,
  ][] = [
    [
      "a bucket that is private",
      { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" },
      {},
      "expected status 200, got 403 AccessDenied",
      /^Visitors may not read the bucket\. Set publicRead to true\. .* Block Public Access/,
    ],
    [
      "a bucket that CloudFront may not read",
      { status: 403, headers: cloudFront },
      {},
      "expected status 200, got 403",
      /^CloudFront may not read the bucket\. .*origin access control/,
    ],
    [
      "a bucket that is no website",
      { status: 404, headers: { "x-amz-error-code": "NoSuchWebsiteConfiguration" } },
      {},
      "expected status 200, got 404 NoSuchWebsiteConfiguration",
      /^The bucket is not a website\. Set configureWebsite to true/,
    ],
    [
      "a website endpoint without a bucket",
      { status: 404, body: "<html><li>Code: NoSuchBucket</li></html>" },
      {},
      "expected status 200, got 404 NoSuchBucket",
      /The bucket must have the name "127\.0\.0\.1", and the DNS record must lead to the endpoint of its region/,
    ],
    ["a URL that leads elsewhere", { status: 404 }, {}, "expected status 200, got 404", /[Cc]heck siteUrl/],
    ["a server that fails", { status: 502 }, {}, "expected status 200, got 502", /^The server failed/],
    [
      "an origin that fails",
      { status: 504, headers: cloudFront },
      {},
      "expected status 200, got 504",
      /^CloudFront gets no valid answer from its origin/,
    ],
    [
      "a redirect in the place of the site",
      { status: 301, headers: { location: "https://example.com/" } },
      {},
      "expected status 200, got 301 to https://example.com/",
      /set siteUrl to the target/,
    ],
    [
      "an answer in the place of a redirect",
      { status: 200 },
      { statuses: [301, 302], location: "/new" },
      "expected status 301 or 302, got 200",
      /^Something in front of the bucket answers instead of it/,
    ],
    [
      "a redirect to another place",
      { status: 301, headers: { location: "/newer" } },
      { statuses: [301], location: "/new" },
      "expected a redirect to /new, got /newer",
      /^Another rule comes first/,
    ],
    [
      "content of before in a cache",
      { headers: { ...cloudFront, age: "61" }, body: "old" },
      { sha256: sha256("new"), previousSha256: sha256("old") },
      `expected the content with the SHA-256 ${sha256("new")}, got the content of the publish before`,
      /^CloudFront still has the old version, for 61 s: the invalidation is late/,
    ],
    [
      "content of somebody else",
      { body: "other" },
      { sha256: sha256("new"), previousSha256: sha256("old") },
      `expected the content with the SHA-256 ${sha256("new")}, got content with ${sha256("other")}`,
      /^A cache in front of the bucket may have an older version\. Or a CDN changes/,
    ],
    [
      "an error page that is not the site's",
      { status: 404, body: "nginx" },
      { statuses: [404], sha256: sha256("404.html") },
      `expected the content with the SHA-256 ${sha256("404.html")}, got content with ${sha256("nginx")}`,
      /^The bucket does not return the site's error document\. Set configureWebsite/,
    ],
    [
      "an error page of CloudFront's own",
      { status: 403, headers: cloudFront, body: "xml" },
      { statuses: [403, 404], sha256: sha256("404.html") },
      `expected the content with the SHA-256 ${sha256("404.html")}, got content with ${sha256("xml")}`,
      /^The distribution does not return the site's error document\. Add custom error responses/,
    ],
    [
      "another Content-Type",
      { headers: { ...cloudFront, "content-type": "text/plain" } },
      { contentType: "text/html" },
      "expected Content-Type text/html, got text/plain",
      /sets this header, for example a response headers policy or a function of the CloudFront distribution/,
    ],
    [
      "no Cache-Control",
      {},
      { cacheControl: "no-cache" },
      "expected Cache-Control no-cache, got none",
      /^The store does not keep this header, as some S3-compatible servers do not, or something/,
    ],
    [
      "another Cache-Control",
      { headers: { "cache-control": "max-age=60" } },
      { cacheControl: "no-cache" },
      "expected Cache-Control no-cache, got max-age=60",
      /sets this header, for example the settings of a CDN/,
    ],
    [
      "a body that is not encoded as it is said to be",
      { headers: { "content-encoding": "gzip" }, body: "plain" },
      {},
      "the body is not gzip, although Content-Encoding says so: incorrect header check",
      /^The body or its Content-Encoding is changed on the way/,
    ],
    [
      "a body that is cut off",
      { headers: { "content-encoding": "gzip" }, body: zlib.gzipSync(randomBytes(1000)).subarray(0, 500) },
      {},
      "the body is not gzip, although Content-Encoding says so: unexpected end of file",
      /^The body or its Content-Encoding is changed on the way/,
    ],
    [
      "a body in an encoding that was not asked for",
      { headers: { "content-encoding": "zstd" }, body: "x" },
      {},
      "the body is encoded as zstd, which was not requested",
      /^The body or its Content-Encoding is changed on the way/,
    ],
  ];
  for (const [title, answer, check, problem, cause] of problems) {
    it(`tells of ${title}`, async () => {
      const failure = await failureOf([answer], check);
      assert.equal(failure?.problem, problem);
      assert.match(failure?.cause ?? "", cause);
      assert.match(failure?.url ?? "", /^http:\/\/127\.0\.0\.1:\d+\/$/);
    });
  }

  it("tells one object that is denied from a bucket that is private", async () => {
    const { url } = await startStub({ "/": [{ body: "x" }], "/secret": [{ status: 403 }] });
    const checks = ["/", "/secret"].map((path) => ({ url: url + path, statuses: [200] }));
    const [failure] = await verifySite(checks, timelessTools(transport, 0).tools);
    assert.match(failure?.cause ?? "", /^Other objects can be read\. Check the bucket policy for a Deny/);
  });

  it("does not blame the error document where no page can be had", async () => {
    const { url } = await startStub({ "/": [{ status: 403 }], "/none": [{ status: 404, body: "no" }] });
    const index = { url: `${url}/`, statuses: [200] };
    const missing = { url: `${url}/none`, statuses: [404, 403] };
    for (const checks of [
      [index, missing],
      [index, { ...missing, sha256: sha256("404.html") }],
    ]) {
      for (const { cause } of await verifySite(checks, timelessTools(transport, 0).tools)) {
        assert.match(cause, /^Visitors may not read the bucket/);
      }
    }
  });

  it("names the error document where the rest of the site is right", async () => {
    const { url } = await startStub({ "/": [{ body: "x" }], "/none": [{ status: 404, body: "nginx" }] });
    const checks = [
      { url: `${url}/`, statuses: [200] },
      { url: `${url}/none`, statuses: [404, 403], sha256: sha256("404.html") },
    ];
    const [failure] = await verifySite(checks, timelessTools(transport, 0).tools);
    assert.match(failure?.cause ?? "", /^The bucket does not return the site's error document/);
  });

  const silent = (code: string, reason = "no"): Transport => ({
    exchange: ({ hostname }) => Promise.reject(new ConnectionError(code, hostname, reason)),
    close: () => undefined,
  });
  const silences: readonly [title: string, code: string, url: string, cause: RegExp, rounds: number][] = [
    [
      "a domain that is not delegated",
      "ENOTFOUND",
      "https://www.example.com/",
      /^The name www\.example\.com is not known .* set these name servers at the registrar of the domain: ns-1\.example, ns-2\.example\./,
      1,
    ],
    [
      "a certificate for other names",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "https://www.example.com/",
      /no certificate for www\.example\.com\. Add it to the alternate domain names of the distribution/,
      0,
    ],
    [
      "a certificate that is out of date",
      "CERT_HAS_EXPIRED",
      "https://www.example.com/",
      /^The certificate of www\.example\.com has expired/,
      0,
    ],
    [
      "https to a website endpoint",
      "ETIMEDOUT",
      "https://site.s3-website-eu-west-1.amazonaws.com/",
      /^Website endpoints of Amazon S3 use http only/,
      1,
    ],
  ];
  for (const [title, code, url, cause, rounds] of silences) {
    it(`tells of ${title}`, async () => {
      const { tools, delays } = timelessTools(silent(code), 1_000);
      const nameServers = ["ns-1.example", "ns-2.example"];
      const failures = await verifySite([{ url, statuses: [200] }], { ...tools, nameServers });
      const problem = `no answer from ${new URL(url).hostname}: no`;
      assert.deepEqual(
        failures.map((failure) => [failure.url, failure.problem]),
        [[url, problem]],
      );
      assert.match(failures[0]?.cause ?? "", cause);
      assert.equal(delays.length, rounds);
    });
  }

  it("ends with the signal's reason", async () => {
    const { url } = await startStub({});
    const cancelled = new AbortController();
    const tools = { ...timelessTools(transport).tools, signal: cancelled.signal };
    cancelled.abort(new Error("cancelled"));
    await assert.rejects(verifySite([{ url: `${url}/`, statuses: [200] }], tools), /^Error: cancelled$/);
  });

  it("passes a website endpoint once it is set up and public", async () => {
    const target = await startEmbeddedTarget();
    closers.push(() => target.stop());
    const bucket = openTargetBucket(target, await target.newBucket(), transport);
    const site = await target.server.openWebsite(bucket.name);
    const object = (name: string, urlPath: string, kind: PublishedObject["kind"], body: string) => ({
      name,
      urlPath,
      kind,
      sha256: sha256(body),
      contentType: "text/html",
      body,
    });
    const index = object("index.html", "/", "index", "home");
    const errorDocument = object("404.html", "/404.html", "page", "nothing here");
    const objects = [index, errorDocument, object("docs/index.html", "/docs/", "index", "docs")];
    for (const { name: Key, body: Body, contentType: ContentType } of objects) {
      await target.client().send(new PutObjectCommand({ Bucket: bucket.name, Key, Body, ContentType }));
    }
    const WebsiteRedirectLocation = "/docs/";
    await target
      .client()
      .send(new PutObjectCommand({ Bucket: bucket.name, Key: "old", Body: "", WebsiteRedirectLocation }));
    const redirect: PublishedObject = { ...object("old", "/old", "redirect", ""), location: WebsiteRedirectLocation };
    const checks = chooseChecks([...objects, redirect], {
      siteUrl: new URL(`${site.url}/`),
      edge: "none",
      index,
      errorDocument,
      singlePageApp: false,
      checksMissingPage: true,
    });
    const causes = async () => {
      const failures = await verifySite(checks, timelessTools(transport, 0).tools);
      return [...new Set(failures.map(({ cause }) => cause.split(".")[0]))];
    };

    assert.deepEqual(await causes(), ["The bucket is not a website"]);
    await putWebsiteConfiguration(bucket, {
      indexDocument: "index.html",
      errorDocument: "404.html",
      routingRules: [],
    });
    assert.deepEqual(await causes(), ["Visitors may not read the bucket"]);
    await allowPublicRead(bucket, { prefix: "", partition: "aws", signal });
    assert.deepEqual(await causes(), []);
  });
});
