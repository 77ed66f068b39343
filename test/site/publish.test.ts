import assert from "node:assert/strict";
import { printed } from "../../src/errors/coded-message.ts";
import { parsePatterns } from "../../src/files/patterns.ts";
import type { Bucket, S3Request } from "../../src/s3/bucket.ts";
import { type PublishResult, publishBench, SETTINGS, type SitePlaceOnBench } from "./publish-bench.ts";

const APP = "app.3f2a1b9c0d4e5f6a7b8c.js";
const SITE = {
  "index.html": `<script src="/${APP}"></script>`,
  "about.html": "about",
  "docs/index.html": "docs",
  [APP]: "app()",
  "logo.svg": "<svg/>",
};
const NO_STORE: Record<string, string> = { "cache-control": "no-store" };
const DAY_MS = 86_400_000;

describe("a publish", function () {
  this.timeout(60_000);
  const bench = publishBench();
  const requests = () => bench.target.server.requests;
  const storedKeys = () => requests().flatMap(({ operation, key = "" }) => (operation === "PutObject" ? [key] : []));

  it("stores new assets, changed assets, new pages, changed pages, and the index, each group after the one before", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    place.edit({
      "index.html": '<script src="/app.00ffee11dd22cc33bb44.js"></script>',
      "about.html": "about us",
      "team.html": "team",
      "app.00ffee11dd22cc33bb44.js": "app2()",
      "logo.svg": "<svg></svg>",
    });
    bench.target.server.clearRequests();
    const { report } = await place.publish();
    assert.deepEqual(report?.errors, []);
    assert.deepEqual(storedKeys(), [
      // Once more, to see whether this store looks at conditions.
      ".s3-site.json",
      ".s3-site.json",
      "app.00ffee11dd22cc33bb44.js",
      "logo.svg",
      "team.html",
      "about.html",
      "index.html",
      ".s3-site.json",
    ]);
  });

  it("of an unchanged site reads the manifest and the listing, and writes nothing", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    bench.target.server.clearRequests();
    const { report } = await place.publish();
    assert.deepEqual(report?.counts, {
      filesNew: 0,
      filesUpdated: 0,
      filesUnchanged: 5,
      filesDeleted: 0,
      bytesTransferred: 0,
    });
    assert.deepEqual(
      requests().map(({ operation }) => operation),
      ["GetObject", "ListObjectsV2"],
    );
  });

  it("sees a change of headers alone", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    const settings = { ...SETTINGS, ruledHeadersFor: (path: string) => (path === "logo.svg" ? NO_STORE : {}) };
    assert.deepEqual(reasons(await place.publish({ settings })), { "logo.svg": "cache-control differs" });
    assert.equal((await place.head("logo.svg")).CacheControl, "no-store");
    assert.deepEqual(reasons(await place.publish({ settings })), {});
  });

  it("repairs what was changed or deleted from outside", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    await place.put("about.html", "defaced");
    await place.delete("logo.svg");
    assert.deepEqual(reasons(await place.publish()), {
      "about.html": "changed since it was published",
      "logo.svg": "new",
    });
    assert.equal(await place.text("about.html"), "about");
    assert.deepEqual(await place.names(), Object.keys(SITE).sort());
  });

  it("deletes nothing that it has not published", async () => {
    const place = await bench.newPlace(SITE);
    await place.put("foreign.html", "somebody else's");
    await place.publish();
    place.edit({ "about.html": undefined });
    await place.put("about.html", "taken over by somebody");
    await place.publish();
    assert.deepEqual(await place.names(), [...Object.keys(SITE), "foreign.html"].sort());
  });

  it("deletes nothing where the manifest is gone", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    await place.delete(".s3-site.json");
    place.edit({ "about.html": undefined });
    const { report } = await place.publish();
    assert.equal(report?.counts.filesDeleted, 0);
    assert.deepEqual(await place.names(), Object.keys(SITE).sort());
  });

  describe("of a site that has lost files", () => {
    it("deletes pages at once, and assets when their days are over", async () => {
      const place = await bench.newPlace(SITE, { keepRemovedDays: 7 });
      const startMs = Date.now();
      await place.publish();
      place.edit({ "about.html": undefined, "logo.svg": undefined });
      const { site } = await place.publish({}, { now: () => startMs });
      assert.deepEqual(await place.names(), [
        "app.3f2a1b9c0d4e5f6a7b8c.js",
        "docs/index.html",
        "index.html",
        "logo.svg",
      ]);
      const until = new Date(startMs + 7 * DAY_MS).toISOString().slice(0, 10);
      assert.deepEqual(
        site.kept.map(({ relativeKey, reason }) => [relativeKey, reason]),
        [["logo.svg", `no longer in the site, kept until ${until} for open tabs`]],
      );
      await place.publish({}, { now: () => startMs + 7 * DAY_MS - 1 });
      assert.ok((await place.names()).includes("logo.svg"));
      await place.publish({}, { now: () => startMs + 7 * DAY_MS });
      assert.ok(!(await place.names()).includes("logo.svg"));
    });

    it("keeps assets until the next publish even where they are to be kept for no day", async () => {
      const place = await bench.newPlace(SITE, { keepRemovedDays: 0 });
      await place.publish();
      place.edit({ "logo.svg": undefined });
      await place.publish();
      assert.ok((await place.names()).includes("logo.svg"));
      await place.publish();
      assert.ok(!(await place.names()).includes("logo.svg"));
    });

    it("forgets that an asset was removed where it is back", async () => {
      const place = await bench.newPlace(SITE, { keepRemovedDays: 0 });
      await place.publish();
      place.edit({ "logo.svg": undefined });
      await place.publish();
      place.edit({ "logo.svg": SITE["logo.svg"] });
      assert.deepEqual(reasons(await place.publish()), {});
      await place.publish();
      assert.ok((await place.names()).includes("logo.svg"));
    });

    it("deletes no more than it may", async () => {
      const place = await bench.newPlace({ ...SITE, "a.html": "a", "b.html": "b" });
      await place.publish();
      place.edit({ "about.html": undefined, "a.html": undefined, "b.html": undefined });
      const message = (await place.publish()).site.problems.map(({ message }) => message).join();
      assert.match(
        message,
        /^this publish would delete 3 of 5 under the pages of s3:\/\/.*the limit is 50%, which is 2/,
      );
      assert.equal((await place.names()).length, 7);
      const { report } = await place.publish({ maxDelete: { kind: "count", count: 3 } });
      assert.equal(report?.counts.filesDeleted, 3);
    });
  });

  describe("beside another one", () => {
    it("that has begun since fails before it deletes or shows anything, and names it", async () => {
      const place = await bench.newPlace(SITE);
      await place.publish();
      place.edit({ "about.html": undefined, "index.html": "mine", "new.css": "mine" });
      const other = async () => {
        await place.publish({ patterns: parsePatterns(["**", "!new.css"]) }, { runName: "run 7 (build id 70)" });
        await place.put("about.html", "other's");
      };
      const result = await place.publish({}, { between: other });
      assert.match(onlyError(result), /during this one: run 7 \(build id 70\), at .* \[concurrent-publish\]$/);
      assert.deepEqual(doneNames(result), []);
      assert.ok((await place.names()).includes("about.html"));
    });

    it("that begins while it stores assets fails before it stores pages", async () => {
      const place = await bench.newPlace(SITE);
      const bucket = afterRequest(
        place.bucket,
        ({ key }) => key === "logo.svg",
        async () => {
          await place.publish({}, { runName: "the later one" });
        },
      );
      const result = await place.publish({ concurrency: 1 }, { bucket });
      assert.match(onlyError(result), /during this one: the later one.* \[concurrent-publish\]$/);
      assert.deepEqual(doneNames(result), [APP, "logo.svg"]);
      const { site } = await place.publish();
      assert.deepEqual(site.groups, []);
    });

    it("goes unseen by a store that knows no conditions, which is told", async () => {
      const place = await bench.newPlace(SITE);
      const { report, log } = await place.publish({}, { bucket: withoutConditions(place.bucket) });
      assert.deepEqual(report?.errors, []);
      assert.match(log.join("\n"), /warning: This server ignores `If-Match`.* \[conditional-writes-not-supported\]/);
      place.edit({ "index.html": "mine" });
      const other = async () => void (await place.publish({}, { runName: "the other one" }));
      const result = await place.publish({}, { bucket: withoutConditions(place.bucket), between: other });
      assert.match(onlyError(result), /during this one: the other one.* \[concurrent-publish\]$/);
    });
  });

  it("that fails in a group leaves the groups after it, and the next one ends as if nothing had been", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    place.edit({
      "index.html": "2",
      "about.html": "2",
      "logo.svg": "2",
      [APP]: undefined,
      "docs/index.html": undefined,
    });
    const fault = bench.target.server.addFault({
      match: { operation: "PutObject", key: "logo.svg" },
      action: { kind: "status", status: 403, code: "AccessDenied" },
    });
    const { report } = await place.publish();
    fault.remove();
    assert.equal(report?.errors.length, 1);
    assert.equal(await place.text("index.html"), SITE["index.html"]);
    assert.equal(await place.text("docs/index.html"), "docs");
    assert.deepEqual(reasons(await place.publish()), {
      "about.html": "an earlier publish ended early",
      "index.html": "an earlier publish ended early",
      "logo.svg": "an earlier publish ended early",
    });
    assert.deepEqual(await place.names(), ["about.html", APP, "index.html", "logo.svg"]);
  });

  it("that ends after any of its requests leaves pages whose assets are there, and the next one puts all right", async () => {
    const place = await bench.newPlace(versionOf(1), { keepRemovedDays: 0, concurrency: 1 });
    await place.publish();
    for (let version = 2; version < 40; version++) {
      place.replace(versionOf(version));
      const ended = new AbortController();
      let left = version - 2;
      const bucket = afterRequest(
        place.bucket,
        () => left-- === 0,
        async () => ended.abort(new Error("killed")),
      );
      const killed = await place.publish({}, { bucket, signal: ended.signal }).catch(() => undefined);
      await assertWhole(place, `version ${version}`);
      place.replace(versionOf(version + 100));
      const { site, report } = await place.publish();
      assert.deepEqual([site.problems, report?.errors], [[], []]);
      await assertWhole(place, `version ${version + 100}`);
      assert.equal(await place.text("index.html"), versionOf(version + 100)["index.html"]);
      if (killed?.report?.errors.length === 0) return;
    }
    assert.fail("no publish came to its end");
  });

  it("that is cancelled tells what it has done until then", async () => {
    const place = await bench.newPlace(SITE);
    const cancelled = new AbortController();
    const bucket = afterRequest(
      place.bucket,
      ({ key }) => key === "about.html",
      async () => cancelled.abort(new Error("cancelled")),
    );
    const result = await place.publish({ concurrency: 1 }, { bucket, signal: cancelled.signal });
    assert.match(onlyError(result), /^The step was cancelled\. The site still works.* \[cancelled\]$/);
    assert.deepEqual(doneNames(result), [APP, "logo.svg", "about.html"]);
    assert.deepEqual(result.report?.counts, {
      filesNew: 3,
      filesUpdated: 0,
      filesUnchanged: 0,
      filesDeleted: 0,
      bytesTransferred: 16,
    });
  });

  it("compresses what is text, once, and tells visitors so", async () => {
    const text = "text and again ".repeat(500);
    const place = await bench.newPlace({ ...SITE, "long.css": text, "noise.bin": text }, { compress: "gzip" });
    await place.publish();
    const { ContentEncoding, ContentLength = 0, ContentType } = await place.head("long.css");
    assert.deepEqual([ContentEncoding, ContentType], ["gzip", "text/css; charset=utf-8"]);
    assert.ok(ContentLength < 200);
    assert.equal((await place.head("noise.bin")).ContentEncoding, undefined);
    assert.deepEqual(reasons(await place.publish()), {});
    assert.deepEqual(reasons(await place.publish({ compress: "brotli" })), { "long.css": "compress differs" });
    assert.equal((await place.head("long.css")).ContentEncoding, "br");
  });

  it("honours _headers and _redirects, and does not publish them", async () => {
    const place = await bench.newPlace({
      ...SITE,
      _headers: "/*.svg\n  Cache-Control: max-age=5\n  X-Frame-Options: DENY\n",
      _redirects: "/old /about.html 301\n",
    });
    const { site, log } = await place.publish();
    assert.deepEqual(await place.names(), [...Object.keys(SITE), "old", "old/index.html"].sort());
    assert.equal((await place.head("logo.svg")).CacheControl, "max-age=5");
    assert.equal((await place.head("old")).WebsiteRedirectLocation, "/about.html");
    assert.match(log.join("\n"), /warning: _headers, line 3: .*X-Frame-Options.* \[site-rule-skipped\]/);
    assert.equal(site.forCloudFront.responseHeadersPolicies?.length, 1);
  });

  it("tells of malformed lines of theirs before anything is sent", async () => {
    const place = await bench.newPlace({ ...SITE, _redirects: "/a\n/b /c 999\n" });
    const { site } = await place.publish();
    assert.deepEqual(
      site.problems.map(({ input, message }) => `${input}: ${message}`.split(":", 2).join(":")),
      ["sourceFolder: _redirects, line 1", "sourceFolder: _redirects, line 2"],
    );
    assert.deepEqual(await place.names(), []);
  });

  it("stores pages under clean names too", async () => {
    const place = await bench.newPlace({ ...SITE, "404.html": "404" }, { cleanUrls: true });
    await place.publish();
    assert.deepEqual(await place.names(), [...Object.keys(SITE), "404.html", "about", "about/", "docs/"].sort());
    assert.equal((await place.head("about")).ContentType, "text/html; charset=utf-8");
  });

  it("needs an index", async () => {
    const place = await bench.newPlace({ "about.html": "about" });
    const { site } = await place.publish();
    assert.deepEqual(
      site.problems.map(({ input }) => input),
      ["indexDocument"],
    );
  });
});

/** A site whose page asks for assets that have the version in their names. */
function versionOf(version: number): Record<string, string> {
  const hash = version.toString(16).padStart(16, "0a");
  const names = [`app.${hash}.js`, `style.${hash}.css`];
  const page = names.join("\n");
  return { "index.html": page, "sub/index.html": page, ...Object.fromEntries(names.map((name) => [name, name])) };
}

async function assertWhole(place: SitePlaceOnBench, what: string): Promise<void> {
  const names = new Set(await place.names());
  for (const page of ["index.html", "sub/index.html"]) {
    const missing = (await place.text(page)).split("\n").filter((asset) => !names.has(asset));
    assert.deepEqual(missing, [], `${what}: ${page}`);
  }
}

/** What was stored, and why. */
function reasons({ site }: PublishResult): Record<string, string> {
  return Object.fromEntries(
    site.groups.flatMap(({ actions }) => actions).map(({ relativeKey, reason }) => [relativeKey, reason]),
  );
}

function onlyError({ report }: PublishResult): string {
  assert.equal(report?.errors.length, 1);
  return report?.errors.map(printed).join() ?? "";
}

function doneNames({ report }: PublishResult): string[] {
  return [...(report?.done ?? [])].map(({ relativeKey }) => relativeKey);
}

/** Does something after the first request that fits. */
function afterRequest(bucket: Bucket, fits: (request: S3Request) => boolean, act: () => Promise<void>): Bucket {
  let isDone = false;
  return {
    ...bucket,
    async send(request: S3Request | (() => S3Request), signal?: AbortSignal) {
      const response = await (typeof request === "function" ? bucket.send(request, signal) : bucket.send(request));
      if (isDone || !fits(typeof request === "function" ? request() : request)) return response;
      isDone = true;
      await act();
      return response;
    },
  } as Bucket;
}

/** As a store answers that does not look at conditions. */
function withoutConditions(bucket: Bucket): Bucket {
  const strip = (request: S3Request): S3Request => {
    const { "if-match": _, "if-none-match": __, ...headers } = request.headers ?? {};
    return request.method === "PUT" ? { ...request, headers } : request;
  };
  return {
    ...bucket,
    send: (request: S3Request | (() => S3Request), signal?: AbortSignal) =>
      typeof request === "function" ? bucket.send(() => strip(request()), signal) : bucket.send(strip(request)),
  } as Bucket;
}
