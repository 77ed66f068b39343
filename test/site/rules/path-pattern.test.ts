import assert from "node:assert/strict";
import { covers, mayOverlap, parsePathPattern } from "../../../src/site/rules/path-pattern.ts";

describe("a path pattern of _headers and _redirects", () => {
  const paths = [
    "/",
    "/docs",
    "/docs/",
    "/docs/a",
    "/docs/a/b.jpg",
    "/docs-old",
    "/Docs",
    "/x.jpg",
    "/caf\u00e9",
    "/a+b",
    "/star/*",
    "/star/:id",
  ];
  const cases: [pattern: string, matched: string[]][] = [
    ["/", ["/"]],
    ["/*", paths],
    ["/docs", ["/docs", "/docs/"]],
    ["/docs/", ["/docs", "/docs/"]],
    ["/docs/*", ["/docs", "/docs/", "/docs/a", "/docs/a/b.jpg"]],
    ["/docs/:page", ["/docs/a"]],
    ["/:top", ["/docs", "/docs/", "/docs-old", "/Docs", "/x.jpg", "/caf\u00e9", "/a+b"]],
    ["/star/%2A", ["/star/*"]],
    ["/star/%3Aid", ["/star/:id"]],
    ["/star%2F:id", ["/star/:id"]],
    ["/%3Atop", []],
    ["/star/%2a*", ["/star/*"]],
    ["/:top/*", paths.filter((path) => path !== "/")],
    ["/*.jpg", ["/docs/a/b.jpg", "/x.jpg"]],
    ["/docs/*.jpg", ["/docs/a/b.jpg"]],
    ["/docs/*/b.jpg", ["/docs/a/b.jpg"]],
    ["/docs*", ["/docs", "/docs/", "/docs/a", "/docs/a/b.jpg", "/docs-old"]],
    ["/docs%2F", ["/docs", "/docs/"]],
    ["/caf%C3%A9", ["/caf\u00e9"]],
    ["/a+b", ["/a+b"]],
    ["https://Example.com:8443/docs", ["/docs", "/docs/"]],
    ["https://example.com", ["/"]],
  ];
  for (const [pattern, matched] of cases) {
    it(`${pattern} matches ${matched.length} of the paths`, () => {
      assert.deepEqual(paths.filter(parsePathPattern(pattern).matches), matched);
    });
  }

  it("knows its kind, its start and the names of its parts", () => {
    const described = [
      "/a/b/",
      "/a/*",
      "/a/:id/c",
      "/a/*/c",
      "/*",
      "https://H.example/:a/*",
      "/a/%2A/",
      "/%3Ab/:b/*",
    ].map((text) => {
      const { kind, host, path, head, names } = parsePathPattern(text);
      return { kind, host, path, head, names };
    });
    assert.deepEqual(described, [
      { kind: "exact", host: undefined, path: "/a/b", head: "/a/b", names: [] },
      { kind: "folder", host: undefined, path: "/a/*", head: "/a/", names: ["splat"] },
      { kind: "wild", host: undefined, path: "/a/:id/c", head: "/a/", names: ["id"] },
      { kind: "wild", host: undefined, path: "/a/*/c", head: "/a/", names: ["splat"] },
      { kind: "folder", host: undefined, path: "/*", head: "/", names: ["splat"] },
      { kind: "wild", host: "h.example", path: "/:a/*", head: "/", names: ["a", "splat"] },
      { kind: "exact", host: undefined, path: "/a/*", head: "/a/*", names: [] },
      { kind: "wild", host: undefined, path: "/:b/:b/*", head: "/:b/", names: ["b", "splat"] },
    ]);
  });

  const refused: [pattern: string, why: string][] = [
    ["docs/*", '"docs/*" is not a path. Write one that starts with /.'],
    ["/a?b=c", "a query in the path is not supported."],
    ["/*/a/*", "more than one * is not supported. Use placeholders, for example :name."],
    ["/:a/:a", '"/:a/:a" uses a placeholder twice.'],
    ["/100%", '"/100%" has a % that is not part of an escape. Write %25 for a % character.'],
  ];
  for (const [pattern, why] of refused) {
    it(`is not ${pattern}`, () => {
      assert.throws(() => parsePathPattern(pattern), { message: why });
    });
  }
});

describe("two path patterns", () => {
  const cases: [one: string, other: string, overlap: boolean, covered: boolean][] = [
    ["/*", "/a/b", true, true],
    ["/a/*", "/a", true, true],
    ["/a/*", "/a/b/*", true, true],
    ["/a/b/*", "/a/*", true, false],
    ["/a/*", "/b/*", false, false],
    ["/a/*", "/a/:id", true, true],
    ["/a/:id", "/a/*", true, false],
    ["/a/:id", "/a/:id", true, true],
    ["/a/:id", "/a/b/c", false, false],
    ["/a", "/a/", true, true],
    ["/a/*", "/a/%2A", true, true],
    ["/a/%2A", "/a/*", true, false],
    ["/a/%2A", "/a/b", false, false],
    ["/:a/%3Aa", "/%3Aa/:a", true, false],
    ["https://h.example/*", "/a", true, false],
    ["/*", "https://h.example/a", true, true],
    ["https://h.example/*", "https://i.example/a", false, false],
  ];
  for (const [one, other, overlap, covered] of cases) {
    it(`${one} and ${other} ${overlap ? "overlap" : "do not overlap"}; the first covers ${covered ? "all" : "not all"}`, () => {
      const [first, second] = [parsePathPattern(one), parsePathPattern(other)];
      assert.deepEqual([mayOverlap(first, second), mayOverlap(second, first)], [overlap, overlap]);
      assert.equal(covers(first, second), covered);
    });
  }
});
