import assert from "node:assert/strict";
import { invalidationPaths, wholeSitePaths } from "../../../src/site/cloudfront/invalidation-paths.ts";
import { invalidationPath } from "../../../src/site/cloudfront/viewer-path.ts";
import { urlPathsOf } from "../../../src/site/url-paths.ts";
import { type Random, randomFrom } from "../../random.ts";

const indexDocument = "index.html";

function numbered<Item>(count: number, item: (number: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => item(index + 1));
}

function pathsFor(
  changed: readonly string[],
  unchanged: readonly string[],
  sitePath = "/",
  redirects: readonly string[] = [],
): string[] {
  return invalidationPaths({ sitePath, changed, redirects, unchanged, indexDocument });
}

describe("the paths of an invalidation", () => {
  const cases: [title: string, changed: string[], unchanged: string[], paths: string[]][] = [
    ["are none where nothing changed", [], ["a.css"], []],
    ["are those of what changed", ["about.html", "css/site.css"], ["css/a.css", "b"], ["/about.html", "/css/site.css"]],
    ["are one, where one object is all", ["a.css"], [], ["/a.css"]],
    ["have the root for its index document", ["index.html"], ["a.css"], ["/", "/index.html"]],
    [
      "have a folder for its index document, with and without a slash at its end",
      ["docs/index.html"],
      ["a.css", "docs/b.html"],
      ["/docs", "/docs/", "/docs/index.html"],
    ],
    ["have objects of clean URLs as they are", ["about", "docs/"], ["a", "docs/b"], ["/about", "/docs/"]],
    [
      "are one wildcard for a folder in which everything changed",
      ["img/a.png", "img/b.png", "img/old/c.png"],
      ["index.html"],
      ["/img/*"],
    ],
    [
      "are a wildcard for a folder in which everything changed, and what stands for it from outside",
      ["docs/index.html", "docs/a.html"],
      ["index.html"],
      ["/docs", "/docs/*"],
    ],
    ["are one wildcard where the whole site changed", ["index.html", "a.css"], [], ["/*"]],
    [
      "are not widened to a folder with an object that did not change",
      ["img/a.png", "img/b.png"],
      ["img/c.png"],
      ["/img/a.png", "/img/b.png"],
    ],
    [
      "are widened where they are more than 100, and no further than to what they have in common",
      numbered(101, (number) => `posts/${number}.html`),
      ["index.html", "posts/all.html"],
      ["/posts/*"],
    ],
    [
      "go deeper where that fits, and leave what is large alone",
      ["blog/2024/new.html", ...numbered(101, (number) => `blog/2025/${number}.html`)],
      [...numbered(10, (number) => `blog/2024/${number}.html`), "blog/2025/all.html", "index.html"],
      ["/blog/2024/new.html", "/blog/2025/*"],
    ],
    [
      "have no more than 15 wildcards: the folders with fewer changes get paths",
      numbered(16, (number) => numbered(number + 1, (file) => `${number}/${file}`)).flat(),
      ["index.html"],
      ["/1/1", "/1/2", ...numbered(15, (number) => `/${number + 1}/*`)].sort(),
    ],
    [
      "are everything where more than 15 folders have too much",
      numbered(200, (number) => `${number}/index.html`),
      ["index.html"],
      ["/*"],
    ],
    [
      "are percent-encoded where browsers encode, and nowhere else",
      ["ä b?#%.html", "(a)!$&',;=:@*-._a.html"],
      ["index.html"],
      ["/%C3%A4%20b%3F%23%25.html", "/(a)!$&%27,;=:@*-._a.html"],
    ],
    [
      "end before a character that comes in several forms",
      ["js/runtime~main.js", "js/a+b.js", "js/x.js"],
      ["js/c.js"],
      ["/js/a*", "/js/runtime*", "/js/x.js"],
    ],
    ["are not said twice", ["pages/[slug].js", "pages/about.js"], ["pages/b.js"], ["/pages/*"]],
  ];
  for (const [title, changed, unchanged, paths] of cases) {
    it(title, () => {
      assert.deepEqual(pathsFor(changed, unchanged), paths);
    });
  }

  it("stay in the site, where that is in a folder", () => {
    assert.deepEqual(pathsFor(["index.html", "a.css"], [], "/my docs/"), ["/my%20docs", "/my%20docs/*"]);
    assert.deepEqual(pathsFor(["a.css"], ["b.css"], "/docs/"), ["/docs/a.css"]);
  });

  it("are wildcards for redirects that became others, beside those of objects", () => {
    const redirected = (...redirects: string[]) => pathsFor(["a.css"], ["b.css"], "/docs/", redirects);
    assert.deepEqual(redirected("old/", "old/er/", "my news/"), ["/docs/a.css", "/docs/my%20news/*", "/docs/old/*"]);
    assert.deepEqual(redirected(""), ["/docs/*"]);
    assert.deepEqual(pathsFor([], ["b.css"], "/docs/", ["old/"]), ["/docs/old/*"]);
  });

  it("are no more than 15 wildcards with those for redirects, and from there on the whole site", () => {
    const redirects = (count: number) => numbered(count, (number) => `old-${number}/`);
    const changed = numbered(20, (number) => [`${number}/a`, `${number}/b`]).flat();
    const paths = pathsFor(changed, ["index.html"], "/", redirects(14));
    assert.equal(paths.filter((path) => path.endsWith("*")).length, 15);
    assert.equal(paths.length, 15 + 2 * 19);
    assert.deepEqual(pathsFor([], ["index.html"], "/docs/", redirects(15)), ["/docs", "/docs/*"]);
  });

  it("of a whole site are its folder, and what is in it", () => {
    assert.deepEqual(wholeSitePaths("/"), ["/*"]);
    assert.deepEqual(wholeSitePaths("/my docs/v2/"), ["/my%20docs/v2", "/my%20docs/v2/*"]);
    assert.deepEqual(wholeSitePaths("/~me/"), ["/*"]);
  });

  it("cover whatever changed, within the limits, and are the same in whatever order it comes", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomFrom(seed);
      const sitePath = random.pick(["/", "/docs/", "/a/b/"]);
      const names = new Set(numbered(1 + random.below(400), () => randomName(random)));
      const share = random.pick([0.02, 0.3, 0.9, 1]);
      const changed = [...names].filter(() => random.chance(share));
      const unchanged = [...names].filter((name) => !changed.includes(name));
      const paths = pathsFor(changed, unchanged, sitePath);

      const wildcards = paths.filter((path) => path.endsWith("*")).map((path) => path.slice(0, -1));
      assert.ok(wildcards.length <= 15 && paths.length - wildcards.length <= 100, `seed ${seed}: ${paths.length}`);
      for (const name of changed) {
        for (const path of urlPathsOf(`${sitePath.slice(1)}${name}`, indexDocument)) {
          const asked = encodeURI(path);
          const isCovered = paths.includes(asked) || wildcards.some((wildcard) => asked.startsWith(wildcard));
          assert.ok(isCovered, `seed ${seed}: ${asked} is not in ${paths}`);
        }
      }
      assert.deepEqual(pathsFor(changed.toReversed(), unchanged.toReversed(), sitePath), paths);
    }
  });

  it("are found for a large site", () => {
    const names = numbered(50_000, (number) => `${number % 300}/${number % 7}/${number}.html`);
    const changed = names.filter((_, index) => index % 3 === 0);
    assert.deepEqual(
      pathsFor(
        changed,
        names.filter((_, index) => index % 3 !== 0),
      ),
      ["/*"],
    );
  });
});

function randomName(random: Random): string {
  const folders = numbered(random.below(4), () => random.text("abc~", 1));
  const file = random.chance(0.2) ? indexDocument : `${random.text("abcdefgh [+é", 3)}.html`;
  return [...folders, file].join("/");
}

describe("a path as CloudFront reads it", () => {
  it("keeps an asterisk, which stands for itself but at the end", () => {
    assert.equal(invalidationPath("/a*b"), "/a*b");
  });
});
