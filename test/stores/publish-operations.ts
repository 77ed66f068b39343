import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { HOSTED, publishBench } from "../tasks/publish-bench.ts";
import { withoutWaiting } from "../tasks/publish-process.ts";
import { assertDone, outcomeOf } from "../tasks/upload-bench.ts";

const SITE = {
  "index.html": "home",
  "about.html": "about",
  "404.html": "sorry",
  "app.3f2a1b9c0d4e5f6a7b8c.js": "app()",
};
const PUBLISHED = { ...HOSTED, verify: "false" };

// Each test is a row of the table in docs/compatible-stores.md, under its title.
describe("Websites", () => {
  const bench = publishBench();
  beforeEach(() => bench.source.write(SITE));

  it("publishes a site", async () => {
    const { errors, counts } = outcomeOf(await bench.publish(PUBLISHED));
    assert.deepEqual([errors, counts], [undefined, { uploaded: 4, bytes: 19 }]);
    assert.deepEqual(await bench.pages("/", "/about.html"), { "/": "200 home", "/about.html": "200 about" });
  });

  it("checks the site that it has published (`siteUrl`)", async () => {
    const { errors } = outcomeOf(await bench.publish(HOSTED, withoutWaiting(bench.workFolder)));
    assert.equal(errors, undefined);
  });

  it("publishes again what differs, and deletes pages that are gone", async () => {
    await bench.publish(PUBLISHED);
    rmSync(join(bench.source.path, "about.html"));
    bench.source.write({ "index.html": "new home" });
    const { errors, counts } = outcomeOf(await bench.publish(PUBLISHED));
    assert.deepEqual([errors, counts], [undefined, { updated: 1, unchanged: 2, deleted: 1, bytes: 8 }]);
    assert.deepEqual(await bench.pages("/"), { "/": "200 new home" });
  });

  it("brings an earlier release back (`keepReleases`, `rollbackTo`)", async () => {
    const keeping = { ...PUBLISHED, keepReleases: "2" };
    await bench.publish(keeping);
    bench.source.write({ "index.html": "new home" });
    await bench.publish(keeping);
    const { errors, counts } = outcomeOf(await bench.publish({ ...PUBLISHED, action: "rollback" }));
    assert.deepEqual([errors, counts], [undefined, { updated: 1, unchanged: 3, bytes: 4 }]);
    assert.deepEqual(await bench.pages("/"), { "/": "200 home" });
  });

  it("notices another publish at the same time", async () => {
    const first = outcomeOf(await bench.publish(PUBLISHED));
    const second = outcomeOf(await bench.publish(PUBLISHED));
    assert.deepEqual([first.warnings, second.warnings], [undefined, undefined]);
  });

  it("makes the bucket a website (`configureWebsite`)", async () => {
    const result = await bench.publish({ configureWebsite: "true", verify: "false" });
    assertDone(result, { uploaded: 4, bytes: 19 });
  });

  it("lets everyone read (`publicRead`)", async () => {
    const { errors } = outcomeOf(await bench.publish({ publicRead: "true", verify: "false" }));
    const { status } = await fetch(`${bench.target.url}/${bench.bucket}/about.html`);
    assert.deepEqual([errors, status], [undefined, 200]);
  });

  it("keeps the target of a redirect (`_redirects`)", async () => {
    bench.source.write({ _redirects: "/old.html /about.html\n" });
    await bench.publish(PUBLISHED);
    assert.equal((await bench.head("old.html")).WebsiteRedirectLocation, "/about.html");
  });

  it("serves `about.html` as `about` and `about/` too (`cleanUrls`)", async () => {
    const { errors } = outcomeOf(await bench.publish({ ...PUBLISHED, cleanUrls: "true" }));
    assert.deepEqual(errors, undefined);
    assert.deepEqual(await bench.pages("/about", "/about/"), { "/about": "200 about", "/about/": "200 about" });
  });
});
