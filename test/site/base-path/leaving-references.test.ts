import assert from "node:assert/strict";
import { Parser } from "htmlparser2";
import { pageReferences } from "../../../src/site/base-path/page-references.ts";
import { stylesheetReferences } from "../../../src/site/base-path/stylesheet-references.ts";
import { MemoryBucket } from "../memory-bucket.ts";
import { previewOf, publishPreview } from "../previews/preview-bench.ts";
import { publishBench, type SiteFiles } from "../publish-bench.ts";

describe("References in a page", () => {
  it("are found in attributes, srcset, style attributes and style elements", () => {
    const html = `<!doctype html><base href="/"><link rel=stylesheet href='/a.css?v=1'><a href=/about>About</a>
      <img src="/i.png" srcset="/i-1.png 1x,/i-2.png 2x, /i-3.png"><video poster=/p.jpg></video>
      <object data="/o.svg"></object><form action="/search"><button formaction="/go"></button></form>
      <svg><use xlink:href="/s.svg#x"/></svg><div style="background: url(&quot;/bg.png&quot;)"></div>
      <style>@import "/i.css"; body { background: url( /b.png?a&b ) }</style>
      <!-- <a href="/comment"> --><script>"<a href='/script'>"</script><p title="/title">/text</p>`;
    assert.deepEqual(pageReferences(html, Parser), [
      ...["/", "/a.css?v=1", "/about", "/i.png", "/i-1.png", "/i-2.png", "/i-3.png", "/p.jpg", "/o.svg", "/search"],
      ...["/go", "/s.svg#x", "/bg.png", "/i.css", "/b.png?a&b"],
    ]);
  });

  it("are found in stylesheets, and not in their comments", () => {
    const css = `/* url(/no.png) */ @import '/a.css'; @font-face { src: url("/f.woff2") format("woff2"), URL('/f.ttf') }`;
    assert.deepEqual(stylesheetReferences(css), ["/a.css", "/f.woff2", "/f.ttf"]);
    assert.deepEqual(stylesheetReferences("a { b: url(/c.png) } /* a comment without an end url(/no.png)"), ["/c.png"]);
  });

  it("are found in little time, whatever a pull request puts there", () => {
    const manyTimes = (text: string) => text.repeat(1_000_000 / text.length);
    for (const css of ["url(", 'url("', "url( ", "/*"]) assert.deepEqual(stylesheetReferences(manyTimes(css)), []);
    assert.equal(pageReferences(`<img srcset="${manyTimes(",")}">`, Parser).length, 1);
  });
});

describe("A preview that was built for the root of a host", () => {
  const bench = publishBench();
  const warningsOf = async (files: SiteFiles, siteUrl?: string) => {
    const place = await bench.newPlace({});
    const more = siteUrl ? { siteUrl: new URL(siteUrl) } : {};
    const { log } = await publishPreview(place, previewOf(12), files, { bucket: new MemoryBucket() }, more);
    return log.filter((line) => line.startsWith("warning: "));
  };
  const FILES = {
    "index.html": '<a href="/about">About</a><a href="/elsewhere">Elsewhere</a><script src="/assets/app.js"></script>',
    "about/index.html": '<link rel="stylesheet" href="/assets/app.css"><a href="/">Home</a>',
    "assets/app.js": "import('/assets/other.js')",
    "assets/app.css": "body { background: url(/assets/quay%20at%20night.png) }",
    "assets/quay at night.png": "a picture",
  };

  it("is told the base path, once, with examples of what leads out of it", async () => {
    assert.deepEqual(await warningsOf(FILES), [
      'warning: 5 references in 3 files lead out of the preview: /assets/app.css in about/index.html, / in about/index.html, /assets/quay%20at%20night.png in assets/app.css and 2 more. Build the site with the base path /pr-12/, or give each preview a host name of its own. The page "Previews" in the documentation says how. [base-path-missing]',
    ]);
    assert.match((await warningsOf(FILES, "https://example.com/docs/pr-12/"))[0] ?? "", /base path \/docs\/pr-12\/,/);
  });

  it("is told nothing where it is at the root of a host, or was built for its place", async () => {
    assert.deepEqual(await warningsOf(FILES, "https://pr-12.example.com/"), []);
    const built = Object.entries(FILES).map(([path, text]) => [path, text.replace(/(["(])\//g, "$1/pr-12/")]);
    assert.deepEqual(await warningsOf(Object.fromEntries(built)), []);
  });
});
