import assert from "node:assert/strict";
import { type CheckedSite, chooseChecks, type PublishedObject } from "../../../src/site/verify/site-check.ts";

const index: PublishedObject = {
  name: "index.html",
  urlPath: "/",
  kind: "index",
  sha256: "1d",
  contentType: "text/html",
  cacheControl: "no-cache",
};
const errorDocument: PublishedObject = {
  name: "404.html",
  urlPath: "/404.html",
  kind: "page",
  sha256: "e0",
  contentType: "text/html",
};
const address: CheckedSite = {
  siteUrl: new URL("http://example.com/docs/"),
  edge: "none",
  index,
  errorDocument,
  singlePageApp: false,
  redirectsAll: false,
};

const asset = (name: string): PublishedObject => ({
  name,
  urlPath: `/${name}`,
  kind: "asset",
  sha256: "a5",
  contentType: "text/css",
});
const page = (name: string): PublishedObject => ({ ...asset(name), kind: "page" });
const redirect = (name: string): PublishedObject => ({ ...asset(name), kind: "redirect", location: "/new" });
const many = (make: (name: string) => PublishedObject, count: number, stem: string) =>
  Array.from({ length: count }, (_, number) => make(`${stem}${number}`));

/** The checks after those of the index and of a missing page. */
const sampled = (changed: readonly PublishedObject[]) => chooseChecks(changed, address).slice(2);

describe("the checks after a publish", () => {
  it("are of the index and of a missing page, whatever changed", () => {
    const [first, missing, ...rest] = chooseChecks([], address);
    assert.deepEqual(first, {
      url: "http://example.com/docs/",
      statuses: [200],
      sha256: "1d",
      contentType: "text/html",
      cacheControl: "no-cache",
    });
    const { url, ...expected } = missing ?? { url: "" };
    assert.match(url, /^http:\/\/example\.com\/docs\/no-such-page-[0-9a-f]{12}$/);
    assert.deepEqual(expected, { statuses: [404, 403], sha256: "e0", contentType: "text/html" });
    assert.deepEqual(rest, []);
  });

  const { errorDocument: _, ...withoutErrorDocument } = address;
  const ofIndex = { sha256: "1d", contentType: "text/html" };
  const missingPages: readonly [title: string, address: CheckedSite, expected: object][] = [
    ["has any body where the error document is not known", withoutErrorDocument, { statuses: [404, 403] }],
    [
      "is the index at the endpoint of a single-page app",
      { ...address, singlePageApp: true },
      { statuses: [404, 403], ...ofIndex },
    ],
    [
      "is the index with status 200 behind CloudFront",
      { ...address, singlePageApp: true, edge: "cloudfront" },
      { statuses: [200], ...ofIndex },
    ],
    [
      "is the index with whatever status another CDN gives",
      { ...address, singlePageApp: true, edge: "other" },
      { statuses: [200, 404, 403], ...ofIndex },
    ],
  ];
  for (const [title, at, expected] of missingPages) {
    it(`expect that a missing page ${title}`, () => {
      const [, { url: _url, ...missing } = { url: "" }] = chooseChecks([], at);
      assert.deepEqual(missing, expected);
    });
  }

  it("miss no page where all paths are redirected", () => {
    assert.equal(chooseChecks([], { ...address, redirectsAll: true }).length, 1);
  });

  it("compare what changed, and where redirects lead", () => {
    const changed = [index, { ...page("a b/ü.html"), previousSha256: "b4" }, redirect("old")];
    assert.deepEqual(sampled(changed), [
      {
        url: "http://example.com/docs/a%20b/%C3%BC.html",
        statuses: [200],
        sha256: "a5",
        previousSha256: "b4",
        contentType: "text/css",
      },
      { url: "http://example.com/docs/old", statuses: [301, 302, 303, 307, 308], location: "/new" },
    ]);
  });

  it("ask for names as they are, dots and signs included", () => {
    assert.deepEqual(
      sampled([asset("../x"), asset("a+b?c#d%20"), asset("a & b (it's @c).html")]).map(({ url }) => url),
      [
        "http://example.com/docs/../x",
        "http://example.com/docs/a%2Bb%3Fc%23d%2520",
        "http://example.com/docs/a%20&%20b%20(it's%20@c).html",
      ],
    );
  });

  const samples: readonly [title: string, counts: readonly number[], expected: readonly number[]][] = [
    ["all of few", [2, 3, 1], [2, 3, 1]],
    ["some of each of many", [1000, 1000, 1000], [7, 7, 6]],
    ["more of one where another has few", [2, 1000, 0], [2, 18, 0]],
    ["twenty of one kind", [0, 1000, 0], [0, 20, 0]],
  ];
  for (const [title, [pages = 0, assets = 0, redirects = 0], expected] of samples) {
    it(`take ${title}`, () => {
      const urls = sampled([
        ...many(page, pages, "page"),
        ...many(asset, assets, "asset"),
        ...many(redirect, redirects, "redirect"),
      ]).map(({ url }) => url);
      const counts = ["page", "asset", "redirect"].map((stem) => urls.filter((url) => url.includes(stem)).length);
      assert.deepEqual([...counts].sort(), [...expected].sort());
    });
  }

  it("take a kind's objects from its beginning to its end", () => {
    const names = sampled(many(asset, 40, "")).map(({ url }) => url.slice("http://example.com/docs/".length));
    assert.deepEqual(
      names,
      Array.from({ length: 20 }, (_, number) => String(2 * number)),
    );
  });
});
