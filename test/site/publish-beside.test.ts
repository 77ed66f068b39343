import assert from "node:assert/strict";
import type { Bucket, S3Request } from "../../src/s3/bucket.ts";
import { getBucketPolicy, putBucketPolicy } from "../../src/s3/buckets/bucket-policy.ts";
import { planPublicRead } from "../../src/site/hosting/public-read.ts";
import { MANIFEST_NAME } from "../../src/site/manifest/manifest.ts";
import { publishBench, type SiteFiles, type SitePlaceOnBench } from "./publish-bench.ts";

const SITE = { "index.html": "home", "about.html": "about", "logo.svg": "<svg/>" };
/** More than a publish of the sites below sends. */
const MAX_REQUESTS = 30;

describe("two publishes to the same place", function () {
  this.timeout(120_000);
  const bench = publishBench();

  it("leave pages with their assets wherever the second comes in between, and nothing that the next one cannot remove", async () => {
    const more = { keepRemovedDays: 0, concurrency: 1, maxDelete: { kind: "count", count: 9 } } as const;
    for (let sent = 0; sent < MAX_REQUESTS; sent++) {
      const first = await bench.newPlace(siteOf("1", "one.html"), more);
      const second = await bench.newPlace(siteOf("3", "three.html"), more);
      await first.publish();
      first.replace(siteOf("2", "two.html"));
      const bucket = beforeRequest(first.bucket, sent, async () => {
        await second.publish({}, { bucket: first.bucket });
        await assertWhole(first, `after the second, before request ${sent} of the first`);
      });
      const { report } = await first.publish({}, { bucket });
      assert.ok(
        report?.errors.every(
          (error) => error.code === "concurrent-publish" && error.message.startsWith("Another publish"),
        ),
        report?.errors.map(({ message }) => message).join(),
      );
      await assertWhole(first, `after both, the second before request ${sent} of the first`);
      const next = siteOf("4", "four.html");
      second.replace(next);
      for (let times = 0; times < 3; times++) await second.publish({}, { bucket: first.bucket });
      assert.deepEqual(await first.names(), Object.keys(next).sort(), `in the end, the second before request ${sent}`);
      if (!bucket.hasActed()) return;
    }
    assert.fail("no publish came to its end");
  });

  it("are told from one whose manifest somebody deletes meanwhile", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    place.edit({ "index.html": "home 2" });
    const { report } = await place.publish({}, { between: async () => void (await place.delete(MANIFEST_NAME)) });
    assert.match(
      report?.errors.map(({ message }) => message).join() ?? "",
      /began during this one: another process that deleted the manifest\./,
    );
  });

  it("end well where the second begins when the first is deleting, which is told", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    place.edit({ "about.html": undefined });
    const isDeletion = ({ method, query }: S3Request) => method === "POST" && query?.delete !== undefined;
    const bucket = beforeRequest(place.bucket, isDeletion, async () => {
      await place.publish({}, { runName: "the second" });
    });
    const { report, log } = await place.publish({}, { bucket });
    assert.deepEqual(report?.errors, []);
    assert.match(
      log.join("\n"),
      /warning: Another publish .* began while this one deleted files: the second, at .*run it again\. \[concurrent-publish\]$/m,
    );
  });
});

describe("first publishes of two sites of one bucket", () => {
  const bench = publishBench();
  const more = { prefix: "mine/", publicRead: true } as const;

  it("keep both policy statements, though the other one read the policy before", async () => {
    const place = await bench.newPlace({ "index.html": "mine" }, more);
    const options = { prefix: "theirs/", partition: "aws", signal: new AbortController().signal };
    const { policy: theirs = "" } = await planPublicRead(place.bucket, options);
    const isManifest = ({ method, key }: S3Request) => method === "PUT" && key === `mine/${MANIFEST_NAME}`;
    const bucket = beforeRequest(place.bucket, isManifest, () => putBucketPolicy(place.bucket, theirs));
    const { report } = await place.publish({}, { bucket });
    assert.deepEqual([report?.errors, bucket.hasActed()], [[], true]);
    const policy = (await getBucketPolicy(place.bucket)) ?? "";
    for (const prefix of ["mine/", "theirs/"]) assert.match(policy, new RegExp(`/${prefix}\\*`));
  });
});

/** A site with a page of its own and an asset that has its version in its name. */
function siteOf(version: string, page: string): SiteFiles {
  const asset = `app.0a1b2c3d4e5f678${version}.js`;
  return { "index.html": asset, "sub/index.html": asset, [page]: asset, [asset]: `app${version}()` };
}

async function assertWhole(place: SitePlaceOnBench, when: string): Promise<void> {
  const names = await place.names();
  for (const page of names.filter((name) => name.endsWith(".html"))) {
    const asset = await place.text(page);
    assert.ok(names.includes(asset), `${when}: ${page} lacks ${asset}`);
  }
}

/** Does something once before a request that fits, or that so many others came before. */
function beforeRequest(
  bucket: Bucket,
  fits: number | ((request: S3Request) => boolean),
  act: () => Promise<void>,
): Bucket & { hasActed(): boolean } {
  let sent = 0;
  let isDone = false;
  return {
    ...bucket,
    hasActed: () => isDone,
    async send(request: S3Request | (() => S3Request), signal?: AbortSignal) {
      const isIt =
        typeof fits === "number" ? sent++ === fits : fits(typeof request === "function" ? request() : request);
      if (isIt && !isDone) {
        isDone = true;
        await act();
      }
      return typeof request === "function" ? bucket.send(request, signal) : bucket.send(request);
    },
  } as Bucket & { hasActed(): boolean };
}
