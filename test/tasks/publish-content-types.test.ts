import assert from "node:assert/strict";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { HOSTED, publishBench } from "./publish-bench.ts";
import { outcomeOf } from "./upload-bench.ts";

const JSON_TYPE = "application/json";
const TEXT = "text/plain; charset=utf-8";

describe("AwsS3PublishSite, what browsers are told of", () => {
  const bench = publishBench("embedded");
  const told = async (names: readonly string[]) =>
    Object.fromEntries(
      await Promise.all(
        names.map(async (name) => {
          const { ContentType, ContentEncoding } = await bench.head(name);
          return [name, ContentEncoding === undefined ? ContentType : `${ContentType}, ${ContentEncoding}`];
        }),
      ),
    );

  it("files that have a known name and no extension", async () => {
    const wanted = {
      ".well-known/acme-challenge/Lo_3m-token": TEXT,
      ".well-known/apple-app-site-association": JSON_TYPE,
      ".well-known/atproto-did": TEXT,
      ".well-known/host-meta": "application/xrd+xml",
      ".well-known/matrix/server": JSON_TYPE,
      ".well-known/openid-configuration": JSON_TYPE,
      ".well-known/webfinger": "application/jrd+json",
      "apple-app-site-association": JSON_TYPE,
      "matrix/server": "application/octet-stream",
      unknown: "application/octet-stream",
    };
    bench.source.write({ "index.html": "home", ...Object.fromEntries(Object.keys(wanted).map((name) => [name, "1"])) });
    await bench.publish({ verify: "false" });
    assert.deepEqual(await told(Object.keys(wanted)), wanted);
  });

  it("files that a build has compressed: what they hold, beside the file itself; and archives as they are", async () => {
    const text = "text ".repeat(1000);
    bench.source.write({
      "index.html": text,
      "index.html.br": brotliCompressSync(text),
      "app.js": text,
      "app.js.gz": gzipSync(text),
      "app.js.br": brotliCompressSync(text),
      "app.js.zst": "zstd",
      "lone.js.gz": gzipSync(text),
      "data.tar": "tar",
      "data.tar.gz": gzipSync("tar"),
      "release.tar.gz": gzipSync("tar"),
      "logo.svgz": gzipSync("<svg/>"),
    });
    const result = await bench.publish({ ...HOSTED, compress: "gzip" });
    assert.deepEqual([result.result, result.issues], ["Succeeded", []], result.log.join("\n"));
    assert.deepEqual(
      await told([
        "index.html.br",
        "app.js.gz",
        "app.js.br",
        "app.js.zst",
        "lone.js.gz",
        "data.tar.gz",
        "release.tar.gz",
        "logo.svgz",
      ]),
      {
        "index.html.br": "text/html; charset=utf-8, br",
        "app.js.gz": "text/javascript; charset=utf-8, gzip",
        "app.js.br": "text/javascript; charset=utf-8, br",
        "app.js.zst": "text/javascript; charset=utf-8, zstd",
        "lone.js.gz": "application/gzip",
        "data.tar.gz": "application/gzip",
        "release.tar.gz": "application/gzip",
        "logo.svgz": "image/svg+xml, gzip",
      },
    );
    assert.equal(await (await bench.visit("/app.js.gz")).body, text);
  });

  it("pages with a + in their names: links need another form", async () => {
    bench.source.write({ "index.html": "home", "c++.html": "c", "a+b/index.html": "ab", "x+y.css": "p {}" });
    const { warnings } = outcomeOf(await bench.publish({ verify: "false" }));
    assert.deepEqual(warnings, [
      "Links to these pages need %2B instead of +, because S3 reads + as a space: a+b/index.html, c++.html. Rename the pages, or change the links. [site-name-ambiguous]",
    ]);
  });

  it("pages under clean names: both /about and /about/", async () => {
    bench.source.write({
      "index.html": "home",
      "about.html": "about",
      "team.html": "team",
      "team/index.html": "other",
      "404.html": "sorry",
    });
    await bench.publish({ ...HOSTED, cleanUrls: "true" });
    assert.deepEqual(await bench.pages("/about", "/about/", "/about.html", "/team", "/team/", "/404/"), {
      "/about": "200 about",
      "/about/": "200 about",
      "/about.html": "200 about",
      "/team": "200 team",
      "/team/": "200 other",
      "/404/": "404 sorry",
    });
  });
});
