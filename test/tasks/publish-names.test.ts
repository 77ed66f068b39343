import assert from "node:assert/strict";
import { MANIFEST, publishBench } from "./publish-bench.ts";
import { outcomeOf } from "./upload-bench.ts";

const FOREVER = "public, max-age=31536000, immutable";
const AN_HOUR = "public, max-age=3600";

describe("AwsS3PublishSite, how long browsers keep what is called", () => {
  const bench = publishBench("embedded");
  const cacheControls = async (names: readonly string[]) =>
    Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await bench.head(name)).CacheControl])));

  it("as if it had a hash: a year only for what bundlers write", async () => {
    const wanted = {
      "app-5INURTSO.js": FOREVER,
      "assets/index-CVaYn9z3.css": FOREVER,
      "assets/logo-CVaYn9z3.png": FOREVER,
      "datasheet-STM32F4X.pdf": AN_HOUR,
      "downloads/setup-WIN64X86.zip": AN_HOUR,
      "index.html": "no-cache",
      "photo-DSC23456.jpg": AN_HOUR,
      "results-FY2425Q3.pdf": AN_HOUR,
      "talks/keynote-aB3dE5fG.mp4": AN_HOUR,
    };
    bench.source.write(Object.fromEntries(Object.keys(wanted).map((name) => [name, "1"])));
    await bench.publish({ verify: "false" });
    assert.deepEqual(await cacheControls(Object.keys(wanted)), wanted);
  });

  it("as workers, boot files and data of pages are: they are asked for each time, and stored with the pages", async () => {
    const names = [
      "OneSignalSDKWorker.js",
      "_framework/blazor.boot.json",
      "about.data",
      "docs/__data.json",
      "firebase-messaging-sw.js",
      "flutter_bootstrap.js",
      "flutter_service_worker.js",
      "pwabuilder-sw.js",
      "service-worker-assets.js",
      "service_worker.js",
    ];
    bench.source.write({
      "index.html": "1",
      "main.dart.js": "1",
      ...Object.fromEntries(names.map((name) => [name, "1"])),
    });
    await bench.publish({ verify: "false", concurrency: "1" });
    assert.deepEqual(await cacheControls(names), Object.fromEntries(names.map((name) => [name, "no-cache"])));
    const stored = bench.requests.flatMap(({ operation, key }) =>
      operation === "PutObject" && key !== MANIFEST ? [key] : [],
    );
    assert.deepEqual(stored, ["main.dart.js", ...names, "index.html"]);
  });

  for (const name of ["app-5INURTSO.js", "assets/logo-CVaYn9z3.png", "style.3f2a1b9c0d4e5f6a.css", "_astro/page.js"]) {
    it(`${name}: an hour as soon as it has other bytes under the same name, which is told once`, async () => {
      bench.source.write({ "index.html": "home", [name]: "one" });
      await bench.publish({ verify: "false" });
      assert.deepEqual(await cacheControls([name]), { [name]: FOREVER });
      bench.source.write({ [name]: "two" });
      const { warnings } = outcomeOf(await bench.publish({ verify: "false" }));
      assert.deepEqual(warnings, [
        `The content of these files changed, but the hash in their names did not: ${name}. From now on browsers keep them for an hour, not for a year. Browsers that have the old files may keep them. Rename the files, or set their Cache-Control with cacheControl. [site-name-reused]`,
      ]);
      assert.deepEqual(await cacheControls([name]), { [name]: AN_HOUR });
      const again = outcomeOf(await bench.publish({ verify: "false" }));
      assert.deepEqual([again.warnings, again.counts], [undefined, { unchanged: 2 }]);
      const named = await bench.publish({ verify: "false", cacheControl: `${name}=${FOREVER}` });
      assert.deepEqual([outcomeOf(named).warnings, await cacheControls([name])], [undefined, { [name]: FOREVER }]);
    });
  }
});
