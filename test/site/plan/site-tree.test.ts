import assert from "node:assert/strict";
import { publishBench } from "../publish-bench.ts";

describe("the files of a site", function () {
  this.timeout(60_000);
  const bench = publishBench();

  it("are told of before anything is sent, where S3 takes no such object", async () => {
    const folder = `${"k".repeat(200)}/`.repeat(5);
    const place = await bench.newPlace({ "index.html": "home", [`${folder}a.html`]: "a", [`${folder}b.html`]: "b" });
    const { site } = await place.publish({ prefix: "0123456789abcde/" });
    assert.deepEqual(
      site.problems.map(({ input, message }) => `${input}: ${message.replaceAll(folder, "FOLDER/")}`),
      ["a", "b"].map(
        (name) =>
          `sourceFolder: FOLDER/${name}.html cannot be published: its key would have 1027 bytes, and S3 allows 1024.`,
      ),
    );
    assert.deepEqual(await place.names(), []);
  });

  it("are told of with the name that is too long, where only a clean one is", async () => {
    const folder = `${"k".repeat(200)}/`.repeat(5);
    const place = await bench.newPlace({ "index.html": "home", [`${folder}${"p".repeat(8)}.html`]: "p" });
    const { site } = await place.publish({ cleanUrls: true, configureWebsite: true, prefix: "01234/" });
    assert.deepEqual(
      site.problems.map(({ input, message }) => `${input}: ${message.replaceAll(folder, "FOLDER/")}`),
      [
        "sourceFolder: FOLDER/pppppppp.html, as FOLDER/pppppppp/index.html (cleanUrls), cannot be published: its key would have 1030 bytes, and S3 allows 1024.",
      ],
    );
    assert.deepEqual(await place.names(), []);
  });

  it("are told of by their names where they cannot be read", async () => {
    const place = await bench.newPlace({ "index.html": "home", "_redirects/a.html": "a" });
    await assert.rejects(place.publish(), /^ScanError: _redirects cannot be read: EISDIR/);
  });
});
