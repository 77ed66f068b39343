import assert from "node:assert/strict";
import { ManifestStore } from "../../src/site/manifest/manifest-store.ts";
import { MemoryBucket } from "./memory-bucket.ts";
import { publishBench, type SitePlaceOnBench } from "./publish-bench.ts";

const MANIFEST = ".s3-site.json";
const SITE = { "index.html": "home", "about.html": "about", "logo.svg": "<svg/>" };
const DAY_MS = 86_400_000;
const LONG_AGO = "2020-01-01T00:00:00.000Z";

describe("a publish whose manifest somebody has changed", function () {
  this.timeout(60_000);
  const bench = publishBench();

  type Fields = Record<string, unknown>;
  /** Adds entries for objects that are there, with the ETag that they have. */
  async function forge(place: SitePlaceOnBench, names: readonly string[], fields: Fields, keys = names): Promise<void> {
    const manifest = JSON.parse(await place.text(MANIFEST));
    for (const [index, name] of names.entries()) {
      const { ETag = '""' } = await place.head(keys[index] ?? name).catch(() => ({ ETag: '""' }));
      const etag = ETag.replaceAll('"', "");
      manifest.objects.push({ name, sizeBytes: 1, etag, sha256: "0".repeat(64), headers: 0, ...fields });
    }
    await place.put(MANIFEST, JSON.stringify(manifest));
  }

  async function putAll(place: SitePlaceOnBench, names: readonly string[]): Promise<void> {
    for (const name of names) await place.put(name, "f");
  }

  const numbered = (count: number, ending: string) =>
    Array.from({ length: count }, (_, index) => `foreign-${index}.${ending}`);

  it("deletes nothing outside of the target folder, whatever names are in it", async () => {
    const place = await bench.newPlace(SITE, { prefix: "site/" });
    await place.publish();
    await putAll(place, ["outside.png", "site2/outside.png"]);
    const names = ["../outside.png", "/outside.png", "../site2/outside.png", "..", ".", "/", "\u0000", "__proto__"];
    const keys = ["outside.png", "outside.png", "site2/outside.png"];
    const manifest = JSON.parse(await place.text(`site/${MANIFEST}`));
    for (const [index, name] of names.entries()) {
      const { ETag = "" } = await place.head(keys[index] ?? "outside.png");
      const etag = ETag.replaceAll('"', "");
      const entry = { name, sizeBytes: 1, etag, sha256: "0".repeat(64), headers: 0, removed: LONG_AGO };
      manifest.objects.push(entry);
    }
    await place.put(`site/${MANIFEST}`, JSON.stringify(manifest));
    const { report } = await place.publish({ maxDelete: { kind: "share", percent: 100 } });
    assert.deepEqual([report?.errors, report?.counts.filesDeleted], [[], 0]);
    assert.ok((await place.names()).includes("outside.png"));
    assert.ok((await place.names()).includes("site2/outside.png"));
  });

  it("deletes no more assets than maxDelete allows, and warns of the others", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    const foreign = numbered(20, "png");
    await putAll(place, foreign);
    const asset = (await manifestOf(place)).headers.findIndex((headers) => headers["content-type"] === "image/svg+xml");
    await forge(place, foreign, { removed: LONG_AGO, headers: asset });
    const { report, site, log } = await place.publish();
    assert.deepEqual([report?.errors, report?.counts.filesDeleted, log], [[], 0, []]);
    assert.deepEqual((await place.names()).filter((name) => foreign.includes(name)).length, 20);
    assert.deepEqual(
      site.remarks?.map(({ message }) => message.slice(0, 45)),
      ["20 of 23 objects that were published to s3://"],
    );
  });

  it("is not led to delete more pages by entries of objects that are not there", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    const foreign = numbered(6, "html");
    await putAll(place, foreign);
    const page = (await manifestOf(place)).headers.findIndex((headers) =>
      headers["content-type"]?.startsWith("text/html"),
    );
    await forge(place, foreign, { headers: page });
    await forge(place, numbered(100, "htm"), { headers: page });
    const { site } = await place.publish();
    assert.deepEqual(
      site.problems.map(({ code, message }) => [code, message.slice(0, 55)]),
      [["delete-limit-exceeded", "this publish would delete 6 of 8 under the pages of s3:"]],
    );
  });

  it("names what is wrong with it, and what to do", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    await forge(place, ["about.html"], { sizeBytes: "many" });
    await assert.rejects(place.publish(), {
      code: "manifest-invalid",
      message:
        `The manifest s3://${place.bucketName}/.s3-site.json, in which this task keeps what it has published, cannot be used: ` +
        '"sizeBytes" of its object 4 ("about.html") is "many", which no publish writes. If a later version of the task wrote it, publish with that version. ' +
        "Otherwise find out who else writes to the bucket, and delete the manifest: the next publish then stores the whole site, and deletes nothing.",
    });
    await place.delete(MANIFEST);
    const { report } = await place.publish();
    assert.deepEqual([report?.errors, report?.counts.filesUpdated], [[], 3]);
  });
});

describe("assets that a site no longer has", function () {
  this.timeout(60_000);
  const bench = publishBench();
  const assets = Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`${index}.svg`, `<svg>${index}</svg>`]));
  const none = Object.fromEntries(Object.keys(assets).map((name) => [name, undefined]));

  it("count for maxDelete: more of them stay, a warning says so, and a higher limit deletes them", async () => {
    const place = await bench.newPlace({ ...SITE, ...assets });
    const startMs = Date.now();
    await place.publish();
    place.edit(none);
    await place.publish({}, { now: () => startMs });
    place.edit({ "about.html": "about us" });
    const later = { now: () => startMs + 8 * DAY_MS };
    const held = await place.publish({}, later);
    assert.deepEqual(
      [held.report?.errors, held.report?.counts.filesUpdated, held.report?.counts.filesDeleted],
      [[], 1, 0],
    );
    const site = `s3://${place.bucketName}/`;
    assert.deepEqual(held.site.remarks, [
      {
        kind: "warning",
        input: "maxDelete",
        code: "delete-limit-exceeded",
        message: `15 of 18 objects that were published to ${site} would be deleted, and the limit is 50%, which is 10. So 15 assets that the site no longer has are kept (0.svg, 1.svg, 10.svg, …). To delete them, increase maxDelete.`,
      },
    ]);
    assert.deepEqual(held.site.kept[0], {
      kind: "skip",
      path: "0.svg",
      relativeKey: "0.svg",
      sizeBytes: 12,
      reason: "no longer in the site, kept because of maxDelete",
    });
    const { report } = await place.publish({ maxDelete: { kind: "count", count: 15 } }, later);
    assert.equal(report?.counts.filesDeleted, 15);
    assert.deepEqual(await place.names(), ["about.html", "index.html", "logo.svg"]);
  });
});

describe("the manifest", function () {
  this.timeout(60_000);
  const bench = publishBench();

  for (const after of [0, 1, 2]) {
    it(`counts as written if the answer to its write number ${after + 1} was lost`, async () => {
      const place = await bench.newPlace(SITE);
      const action = { kind: "reset", when: "afterWork" } as const;
      const lost = bench.target.server.addFault({
        match: { operation: "PutObject", key: MANIFEST },
        after,
        times: 1,
        action,
      });
      const { report, log } = await place.publish();
      lost.remove();
      assert.deepEqual([lost.hits, report?.errors, log], [1, [], []]);
      assert.equal((await place.publish()).report?.counts.filesUnchanged, 3);
    });
  }

  it("may be larger than any other document of a store", async () => {
    const bucket = new MemoryBucket();
    const { signal } = new AbortController();
    const store = new ManifestStore({ bucket, key: MANIFEST, encryption: undefined, signal });
    const manifest = { run: { id: "1", name: "run 1" }, writtenMs: Date.UTC(2026, 0, 1), entries: new Map() };
    await store.write(manifest);
    const stored = bucket.objects.get(MANIFEST);
    const bytes = Buffer.concat([stored?.bytes ?? Buffer.alloc(0), Buffer.alloc(17 * 1024 ** 2, "\n")]);
    bucket.objects.set(MANIFEST, { headers: {}, bytes });
    assert.deepEqual(await store.read(), manifest);
  });
});

async function manifestOf(place: SitePlaceOnBench): Promise<{ headers: Record<string, string>[] }> {
  return JSON.parse(await place.text(MANIFEST));
}
