import assert from "node:assert/strict";
import { cleanNames, urlPathsOf } from "../../src/site/url-paths.ts";

describe("visitors ask", () => {
  const cases: [name: string, indexDocument: string, expected: string[]][] = [
    ["about.html", "index.html", ["/about.html"]],
    ["index.html", "index.html", ["/index.html", "/"]],
    ["docs/index.html", "index.html", ["/docs/index.html", "/docs/", "/docs"]],
    ["a/b/index.html", "index.html", ["/a/b/index.html", "/a/b/", "/a/b"]],
    ["docs/myindex.html", "index.html", ["/docs/myindex.html"]],
    ["docs/index.html", "home.htm", ["/docs/index.html"]],
    ["docs/home.htm", "home.htm", ["/docs/home.htm", "/docs/", "/docs"]],
    ["a b/ü%20.txt", "index.html", ["/a b/ü%20.txt"]],
    ["docs/", "index.html", ["/docs/"]],
  ];
  for (const [name, indexDocument, expected] of cases) {
    it(`for ${name} at ${expected.join(", ")} where ${indexDocument} stands for a folder`, () =>
      assert.deepEqual(urlPathsOf(name, indexDocument), expected));
  }
});

describe("with clean URLs", () => {
  const cases: [path: string, indexDocument: string, atWebsiteEndpoint: string[], elsewhere: string[]][] = [
    ["about.html", "index.html", ["about", "about/index.html"], ["about", "about/"]],
    ["docs/v1.2.html", "index.html", ["docs/v1.2", "docs/v1.2/index.html"], ["docs/v1.2", "docs/v1.2/"]],
    ["index.html", "index.html", [], []],
    ["docs/index.html", "index.html", [], ["docs/"]],
    ["docs/index.html", "home.html", ["docs/index", "docs/index/home.html"], ["docs/index", "docs/index/"]],
    ["docs/home.html", "home.html", [], ["docs/"]],
    ["404.html", "index.html", [], []],
    ["docs/404.html", "index.html", ["docs/404", "docs/404/index.html"], ["docs/404", "docs/404/"]],
    ["about.htm", "index.html", [], []],
    ["style.css", "index.html", [], []],
    [".html", "index.html", [], []],
    ["docs/.html", "index.html", [], []],
    ["..html", "index.html", [], []],
    ["docs/...html", "index.html", [], []],
  ];
  for (const [path, indexDocument, atWebsiteEndpoint, elsewhere] of cases) {
    it(`${path} is also stored as ${elsewhere.join(", ") || "nothing else"}, where ${indexDocument} stands for a folder`, () =>
      assert.deepEqual(
        [cleanNames(path, indexDocument, true), cleanNames(path, indexDocument, false)],
        [atWebsiteEndpoint, elsewhere],
      ));
  }
});
