import assert from "node:assert/strict";
import { PublishBench, type PublishResult } from "./publish-bench.ts";

describe("the order of a publish", function () {
  this.timeout(60_000);
  const bench = new PublishBench().register();

  it("replaces service workers after the index, which they fetch and keep as that of their version", async () => {
    const place = await bench.newPlace({ "index.html": "1", "sw.js": "1", "ngsw.json": "1", "style.css": "1" });
    assert.deepEqual(groupsOf(await place.publish()), [["ngsw.json", "style.css", "sw.js"], ["index.html"]]);
    place.edit({ "index.html": "2", "sw.js": "2", "ngsw.json": "2", "style.css": "2" });
    assert.deepEqual(groupsOf(await place.publish()), [["style.css"], ["index.html"], ["ngsw.json", "sw.js"]]);
  });

  it("stores the index last, whatever its content type", async () => {
    const place = await bench.newPlace({ "start.txt": "start", "about.html": "about" }, { indexDocument: "start.txt" });
    assert.deepEqual(groupsOf(await place.publish()), [["about.html"], ["start.txt"]]);
  });
});

function groupsOf({ site }: PublishResult): string[][] {
  return site.groups.map(({ actions }) => actions.map(({ relativeKey }) => relativeKey));
}
