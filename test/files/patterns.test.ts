import assert from "node:assert/strict";
import { parsePatterns } from "../../src/files/patterns.ts";

describe("patterns", () => {
  const paths = [
    "index.html",
    ".env",
    "a.js",
    "a.js.map",
    "assets/a.js",
    "assets/img/x.png",
    "assets/img/x.JPG",
    "docs/v1/a b.txt",
  ];
  const cases: [title: string, lines: string[], matched: string[]][] = [
    ["** matches everything, names with a leading dot too", ["**"], paths],
    ["* stays in its folder", ["*"], ["index.html", ".env", "a.js", "a.js.map"]],
    ["**/ matches at any depth, the top included", ["**/*.js"], ["a.js", "assets/a.js"]],
    ["braces are alternatives", ["**/*.{png,map}"], ["a.js.map", "assets/img/x.png"]],
    ["case counts", ["**/*.jpg"], []],
    ["a later exclusion wins", ["**", "!assets/**"], ["index.html", ".env", "a.js", "a.js.map", "docs/v1/a b.txt"]],
    ["a later inclusion wins", ["**/*.js", "!assets/**", "assets/img/*.png"], ["a.js", "assets/img/x.png"]],
    [
      "a leading exclusion starts from everything",
      ["!**/*.{js,map}"],
      [".env", "index.html", "assets/img/x.png", "assets/img/x.JPG", "docs/v1/a b.txt"],
    ],
    ["a folder with / means all that is in it", ["assets/"], ["assets/a.js", "assets/img/x.png", "assets/img/x.JPG"]],
    ["a leading ./ means nothing", ["./a.js"], ["a.js"]],
    ["comments, blank lines and blanks around are ignored", ["# all scripts", "", "  *.js  "], ["a.js"]],
    ["an escaped mark is a literal", ["\\!a", "\\#b"], []],
    ["blanks in names", ["docs/v1/a b.txt"], ["docs/v1/a b.txt"]],
  ];
  for (const [title, lines, matched] of cases) {
    it(title, () => {
      const patterns = parsePatterns(lines);
      assert.deepEqual(paths.filter(patterns.matches).sort(), [...matched].sort());
    });
  }

  it("know ranges in braces, of any length and step", () => {
    const numbered = Array.from({ length: 13 }, (_, index) => `img${index}.png`);
    const { matches } = parsePatterns(["img{1..12}.png"]);
    assert.deepEqual(numbered.filter(matches), numbered.slice(1));
    assert.deepEqual(["a", "b", "c", "d"].filter(parsePatterns(["{b..c}"]).matches), ["b", "c"]);
    assert.deepEqual(["1", "2", "3", "5"].filter(parsePatterns(["{1..5..2}"]).matches), ["1", "3", "5"]);
  });

  it("tell which folders need not be read", () => {
    const { excludesFolder } = parsePatterns(["**", "!node_modules/**", "!logs/*", "!a/**", "a/keep.txt", "!b/"]);
    const folders = ["node_modules", "node_modules/x", "src", "logs", "a", "b"];
    assert.deepEqual(folders.filter(excludesFolder), ["b"]);
    assert.deepEqual(folders.filter(parsePatterns(["!node_modules/**"]).excludesFolder), [
      "node_modules",
      "node_modules/x",
    ]);
  });

  it("prune a folder only for a pattern that matches everything in it, whatever the names are", () => {
    const pruned = (pattern: string, ...folders: string[]) =>
      folders.filter(parsePatterns(["**", pattern]).excludesFolder);
    assert.deepEqual(pruned("!**/x/**", "foo", "x", "foo/x", "foo/x/y"), ["x", "foo/x", "foo/x/y"]);
    assert.deepEqual(pruned("!a/x/**", "a", "a/x", "b"), ["a/x"]);
    assert.deepEqual(pruned("!a/[a-z]/**", "a", "a/b", "a/bb"), ["a/b"]);
    // Read for nothing, which costs time alone.
    assert.deepEqual(pruned("!a/*/**", "a", "a/b"), []);
  });

  it("match an escaped ! or # literally", () => {
    const patterns = parsePatterns(["\\!a", "\\#b"]);
    assert.deepEqual(["!a", "#b", "a", "b"].map(patterns.matches), [true, true, false, false]);
  });

  it("match names with line breaks in them too", () => {
    assert.deepEqual(["a\nb", "a\r\n/b\u2028"].map(parsePatterns(["**"]).matches), [true, true]);
    assert.equal(parsePatterns(["a*b"]).matches("a\nb"), true);
  });

  it("cover keys that are no paths too, which would otherwise be left out without a word", () => {
    const keys = ["..", "../a", "a/../b", "a/./b", "a//b", "/a", "a/.."];
    assert.deepEqual(keys.filter(parsePatterns(["**"]).covers), keys);
    assert.deepEqual(keys.filter(parsePatterns(["**", "!a/"]).covers), ["..", "../a", "/a"]);
  });

  it("tell whether one names .git", () => {
    assert.equal(parsePatterns(["**"]).names(".git"), false);
    assert.equal(parsePatterns(["!.git/**"]).names(".git"), false);
    assert.equal(parsePatterns(["repo/.git/**"]).names(".git"), true);
  });

  it("are refused all at once, each with its reason", () => {
    assert.throws(
      () => parsePatterns(["**", "[ab", "{a,b", "../x", "/etc/*", "C:\\temp\\*", "!"]),
      (error: AggregateError) => {
        assert.deepEqual(
          error.errors.map(({ message }) => message.split(":")[0]),
          ['pattern "[ab"', 'pattern "{a,b"', 'pattern "../x"', 'pattern "/etc/*"', 'pattern "C', 'pattern "!"'],
        );
        return true;
      },
    );
  });
});
