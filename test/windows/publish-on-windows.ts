import assert from "node:assert/strict";
import { HOSTED, publishBench } from "../tasks/publish-bench.ts";
import { assertDone } from "../tasks/upload-bench.ts";

describe("AwsS3PublishSite on Windows", () => {
  const bench = publishBench();

  it("takes _Headers for a file of the site", async () => {
    bench.source.write({ "index.html": "i", _Headers: "/*\n  Content-Language: de\n" });
    await bench.publish(HOSTED);
    assert.deepEqual(await bench.keys(), ["_Headers", "index.html"]);
    assert.equal((await bench.head("index.html")).ContentLanguage, undefined);
  });

  it("takes _headers for rules", async () => {
    bench.source.write({ "index.html": "i", _headers: "/*\n  Content-Language: de\n", "css/Site.css": "a {}" });
    await bench.publish(HOSTED);
    assert.deepEqual(await bench.keys(), ["css/Site.css", "index.html"]);
    assert.equal((await bench.head("index.html")).ContentLanguage, "de");
    assertDone(await bench.publish(HOSTED), { unchanged: 2 });
  });
});
