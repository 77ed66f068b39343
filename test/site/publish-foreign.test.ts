import assert from "node:assert/strict";
import { parsePatterns } from "../../src/files/patterns.ts";
import { publishBench, type SitePlaceOnBench } from "./publish-bench.ts";

const SITE = { "index.html": "home", "about.html": "about", "logo.svg": "<svg/>" };

describe("what a publish leaves alone", function () {
  this.timeout(60_000);
  const bench = publishBench();

  it("is a page that somebody else had replaced before a publish broke off that was to replace it again", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    await place.put("about.html", "somebody else's");
    place.edit({ "index.html": "home 2" });
    await breakOff(place);
    place.edit({ "about.html": undefined });
    await place.publish();
    assert.equal(await place.text("about.html"), "somebody else's");
  });

  it("is a page that somebody else has put in the place of one that a failed publish was to delete", async () => {
    const place = await bench.newPlace(SITE);
    await place.publish();
    place.edit({ "about.html": undefined, "index.html": "home 2" });
    await breakOff(place);
    await place.put("about.html", "somebody else's");
    await place.publish();
    assert.equal(await place.text("about.html"), "somebody else's");
  });

  it("is a site below it that has a manifest of its own, even where that took over files of this one", async () => {
    const place = await bench.newPlace({ ...SITE, "docs/index.html": "docs", "docs/style.css": "p {}" });
    await place.publish({ keepRemovedDays: 0 });
    await publishDocs(place);
    place.edit({ "docs/index.html": undefined, "docs/style.css": undefined });
    await place.publish({ keepRemovedDays: 0 });
    await place.publish({ keepRemovedDays: 0 });
    assert.deepEqual(await place.names(), [
      "about.html",
      "docs/index.html",
      "docs/style.css",
      "index.html",
      "logo.svg",
    ]);
  });

  it("is a site below it in whose folder it has a file, which is told before anything is sent", async () => {
    const place = await bench.newPlace({ ...SITE, "docs/guide.html": "guide" });
    await publishDocs(place);
    const { site } = await place.publish();
    assert.deepEqual(site.problems, [
      {
        input: "targetFolder",
        code: "sites-in-conflict",
        message:
          `the site has docs/guide.html, and another site is published to docs/, as its manifest s3://${place.bucketName}/docs/.s3-site.json shows. ` +
          "Exclude docs/ with a pattern, or publish one of the two elsewhere. If the other site is no longer needed, delete its manifest.",
      },
    ]);
    assert.deepEqual((await place.publish({ patterns: parsePatterns(["**", "!docs/**"]) })).site.problems, []);
  });

  it("is what a link stood for that leads nowhere now, at which nobody can tell", async () => {
    const place = await bench.newPlace({ ...SITE, "docs/guide.html": "guide" });
    await place.publish();
    place.edit({ "docs/guide.html": undefined });
    place.link("docs", "nowhere");
    const { log } = await place.publish();
    assert.deepEqual(log, ["left out: docs: the link leads nowhere (ENOENT)"]);
    assert.deepEqual(await place.names(), ["about.html", "docs/guide.html", "index.html", "logo.svg"]);
    assert.deepEqual((await place.publish()).site.deletions, []);
  });

  it("is every manifest, however the site names its files and redirects", async () => {
    const place = await bench.newPlace(
      {
        ...SITE,
        ".s3-site.json": "a file",
        ".s3-site.json.html": "a page",
        "old/.s3-site.json": "a file",
        _redirects: "/.s3-site.json /about.html 301!\n",
      },
      { cleanUrls: true },
    );
    const { site } = await place.publish();
    assert.deepEqual(
      [...site.objects.keys()],
      [".s3-site.json.html", ".s3-site.json/", "about", "about.html", "about/", "index.html", "logo.svg"],
    );
    assert.deepEqual((await place.publish()).site.groups, []);
  });

  async function publishDocs({ bucket }: SitePlaceOnBench): Promise<void> {
    const docs = await bench.newPlace({ "index.html": "docs", "style.css": "p {}" });
    await docs.publish({ prefix: "docs/" }, { bucket });
  }

  /** Has a publish fail as soon as it stores anything. */
  async function breakOff(place: SitePlaceOnBench): Promise<void> {
    const fault = bench.target.server.addFault({
      match: { operation: "PutObject", key: /\.html$/ },
      action: { kind: "status", status: 403, code: "AccessDenied" },
    });
    const { report } = await place.publish();
    fault.remove();
    assert.notDeepEqual(report?.errors, []);
  }
});
