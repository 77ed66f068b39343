import assert from "node:assert/strict";
import { type PublishResult, publishBench } from "./publish-bench.ts";

describe("the order of a publish", function () {
  this.timeout(60_000);
  const bench = publishBench();

  it("replaces service workers after the index, which they fetch and keep as that of their version", async () => {
    const place = await bench.newPlace({ "index.html": "1", "sw.js": "1", "ngsw.json": "1", "style.css": "1" });
    assert.deepEqual(groupsOf(await place.publish()), [["style.css"], ["ngsw.json", "sw.js"], ["index.html"]]);
    place.edit({ "index.html": "2", "sw.js": "2", "ngsw.json": "2", "style.css": "2" });
    assert.deepEqual(groupsOf(await place.publish()), [["style.css"], ["index.html"], ["ngsw.json", "sw.js"]]);
  });

  it("stores what pages start with, and the data that they are made from, with the pages", async () => {
    const files = ["index.html", "docs/__data.json", "flutter_bootstrap.js", "_root.data", "main.js"];
    const place = await bench.newPlace(Object.fromEntries(files.map((name) => [name, "1"])));
    const withPages = ["_root.data", "docs/__data.json", "flutter_bootstrap.js"];
    assert.deepEqual(groupsOf(await place.publish()), [["main.js"], withPages, ["index.html"]]);
    place.edit(Object.fromEntries(files.map((name) => [name, "2"])));
    assert.deepEqual(groupsOf(await place.publish()), [["main.js"], withPages, ["index.html"]]);
  });

  it("stores the index last, whatever its content type", async () => {
    const place = await bench.newPlace({ "start.txt": "start", "about.html": "about" }, { indexDocument: "start.txt" });
    assert.deepEqual(groupsOf(await place.publish()), [["about.html"], ["start.txt"]]);
  });
});

function groupsOf({ site }: PublishResult): string[][] {
  return site.groups.map(({ actions }) => actions.map(({ relativeKey }) => relativeKey));
}
