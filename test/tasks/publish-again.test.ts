import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { amount } from "../amounts.ts";
import { HOSTED, publishBench } from "./publish-bench.ts";
import { assertDone, assertFailed } from "./upload-bench.ts";

const APP = "app.3f2a1b9c0d4e5f6a7b8c.js";
const SITE = { "index.html": "home", "about.html": "about", "team.html": "team", [APP]: "app()", "logo.svg": "<svg/>" };
/** Not every store keeps the headers that are checked. */
const PUBLISHED = { ...HOSTED, verify: "false" };

describe("AwsS3PublishSite, again", () => {
  const bench = publishBench();
  beforeEach(() => bench.source.write(SITE));
  const remove = (...paths: string[]) => {
    for (const path of paths) rmSync(join(bench.source.path, path));
  };

  it("changes what differs, and no more", async () => {
    await bench.publish(PUBLISHED);
    bench.source.write({ "about.html": "about us", "new.html": "new" });
    const headers = "logo.svg\n  Cache-Control: no-store";
    const result = await bench.publish({ ...PUBLISHED, headers });
    assertDone(result, { uploaded: 1, updated: 2, unchanged: 3, bytes: 17 });
    assert.deepEqual(bench.reasons(result).sort(), [
      "leave app.3f2a1b9c0d4e5f6a7b8c.js: unchanged",
      "leave index.html: unchanged",
      "leave team.html: unchanged",
      "upload about.html: content differs",
      "upload logo.svg: cache-control differs",
      "upload new.html: new",
    ]);
    assertDone(await bench.publish({ ...PUBLISHED, headers }), { unchanged: 6 });
  });

  it("takes pages away that are gone, and keeps assets for the pages that are open", async () => {
    await bench.publish(PUBLISHED);
    remove("team.html", "logo.svg", APP);
    const first = await bench.publish({ ...PUBLISHED, keepRemovedDays: "0" });
    assertDone(first, { unchanged: 2, deleted: 1 });
    assert.deepEqual(await bench.keys(), ["about.html", APP, "index.html", "logo.svg"]);
    const { kept } = bench.planOf(first) as unknown as { kept: readonly { key: string; reason: string }[] };
    const why = "no longer in the site, kept until the next publish for open tabs";
    assert.deepEqual(
      kept.map(({ key, reason }) => [key, reason]),
      [APP, "logo.svg"].map((key) => [key, why]),
    );
    assertDone(await bench.publish({ ...PUBLISHED, keepRemovedDays: "0" }), { unchanged: 2, deleted: 2 });
    assert.deepEqual(await bench.keys(), ["about.html", "index.html"]);
  });

  it("leaves what it has not published, and repairs what others have changed", async () => {
    await bench.put("foreign.html", { Body: "foreign" });
    await bench.publish(PUBLISHED);
    remove("team.html");
    await bench.put("team.html", { Body: "somebody else's" });
    await bench.put("about.html", { Body: "defaced" });
    await bench.remove("logo.svg");
    const result = await bench.publish(PUBLISHED);
    assertDone(result, { uploaded: 1, updated: 1, unchanged: 2, bytes: 11 });
    const { "about.html": about, "team.html": team, "logo.svg": logo } = await bench.contents();
    assert.deepEqual([about, team, logo], ["about", "somebody else's", "<svg/>"]);
    assert.ok((await bench.keys()).includes("foreign.html"));
  });

  it("deletes no more pages than it may", async () => {
    await bench.publish(PUBLISHED);
    remove("about.html", "team.html");
    assertFailed(await bench.publish(PUBLISHED), [
      `maxDelete: this publish would delete 2 of 3 under the pages of s3://${bench.bucket}/, and the limit is 50%, which is 1 (about.html, team.html). If this is right, increase maxDelete. Otherwise check the source and the patterns. A dry run (dryRun: true) lists them all. [delete-limit-exceeded]`,
    ]);
    assert.equal((await bench.keys()).length, 5);
    assertDone(await bench.publish({ ...PUBLISHED, maxDelete: "2" }), { unchanged: 3, deleted: 2 });
  });
});

describe("AwsS3PublishSite, of a site that has not changed", () => {
  const bench = publishBench("embedded");

  const count = amount(5_000, 300);
  it(`asks for the list of its ${count} files, and for its manifest, alone`, async function () {
    this.timeout(180_000);
    const files = Array.from({ length: count - 1 }, (_, index) => [`docs/${index}.html`, `page ${index}`]);
    bench.source.write({ "index.html": "home", ...Object.fromEntries(files) });
    const first = await bench.publish({ verify: "false" });
    assert.equal(first.outputVariables.filesUploaded?.value, String(count), first.log.join("\n"));
    assertDone(await bench.publish({ verify: "false" }), { unchanged: count });
    assert.deepEqual(bench.operations(), { GetObject: 1, ListObjectsV2: Math.ceil((count + 1) / 1_000) });
  });
});
