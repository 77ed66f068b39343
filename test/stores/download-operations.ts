import assert from "node:assert/strict";
import { assertDownloaded, downloadBench } from "../tasks/download-bench.ts";
import { cutInto, patternedBytes, putInParts } from "../tasks/stored-objects.ts";
import { MIB, NAMES } from "./contents.ts";

// Each test is a row of the table in docs/compatible-stores.md, under its title.
describe("Downloads", () => {
  const bench = downloadBench();

  it("downloads a folder with default inputs", async () => {
    await bench.put({ "site/index.html": "home", "site/assets/app.js": "run()", "site-old/index.html": "old" });
    assertDownloaded(await bench.download({ sourceFolder: "site" }), { new: 2, bytes: 9 });
    assert.deepEqual(bench.landing.read(), { "assets/app.js": "run()", "index.html": "home" });
  });

  it("downloads a single object", async () => {
    await bench.put({ "out/report.pdf": "pdf", "out/report.pdf.bak": "bak" });
    assertDownloaded(await bench.download({ sourceFolder: "out/report.pdf" }), { new: 1, bytes: 3 });
    assert.deepEqual(bench.landing.read(), { "report.pdf": "pdf" });
  });

  it("fetches nothing again if nothing has changed", async () => {
    await bench.put({ "a.txt": "a", "folder/b.txt": "b" });
    assertDownloaded(await bench.download(), { new: 2, bytes: 2 });
    assertDownloaded(await bench.download(), { unchanged: 2 });
    await bench.put({ "a.txt": "c" });
    assertDownloaded(await bench.download(), { updated: 1, unchanged: 1, bytes: 1 });
  });

  it("downloads a large object in pieces, and knows it again", async () => {
    const content = patternedBytes(17 * MIB);
    await putInParts(bench.target, bench.bucket, "large.bin", cutInto(content, [8 * MIB, 8 * MIB, MIB]));
    assertDownloaded(await bench.download(), { new: 1, bytes: content.length });
    assert.ok(bench.landing.read()["large.bin"] === content.toString("latin1"), "other bytes");
    assertDownloaded(await bench.download(), { unchanged: 1 });
  });

  it("downloads names with spaces, signs, umlauts and emoji", async () => {
    await bench.put(Object.fromEntries(NAMES.map((name) => [name, "x"])));
    assertDownloaded(await bench.download(), { new: NAMES.length, bytes: NAMES.length });
    assert.deepEqual(Object.keys(bench.landing.read()).sort(), [...NAMES].sort());
  });

  it("deletes files that are no object (`deleteExtra`)", async () => {
    await bench.put({ "a.txt": "a" });
    bench.landing.write({ "b.txt": "b", "c/d.txt": "d" });
    const inputs = { deleteExtra: "true", maxDelete: "100%" };
    assertDownloaded(await bench.download(inputs), { new: 1, deleted: 2, bytes: 1 });
    assert.deepEqual(bench.landing.read(), { "a.txt": "a" });
  });
});
