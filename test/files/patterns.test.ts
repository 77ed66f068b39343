import assert from "node:assert/strict";
import { minimatch } from "minimatch";
import { parsePatterns } from "../../src/files/patterns.ts";
import { type Random, randomFrom } from "../random.ts";

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

  it("read as those of Azure Pipelines' own tasks do, where dialects differ", () => {
    const matched = (pattern: string, ...names: string[]) => names.filter(parsePatterns([pattern]).matches);
    // Expected: what minimatch gives, which those tasks use.
    assert.deepEqual(matched("[!_]*/**", "_internal/a", "blog/a", "!x/a"), ["blog/a", "!x/a"]);
    assert.deepEqual(matched("[^_]*", "_a", "b", "^"), ["b", "^"]);
    assert.deepEqual(matched("**/!(config).js", "config.js", "config.prod.js", "a/main.js"), [
      "config.prod.js",
      "a/main.js",
    ]);
    assert.deepEqual(matched("node_modules//**", "node_modules/x/y", "src/a"), ["node_modules/x/y"]);
    assert.deepEqual(matched("**/Setup (x64).msi", "out/Setup (x64).msi", "out/Setup x64.msi"), [
      "out/Setup (x64).msi",
    ]);
    assert.deepEqual(matched("**.zip", "a.zip", "obj/a.zip"), ["a.zip"]);
    assert.deepEqual(matched("obj/**.zip", "obj/a.zip", "obj/b/a.zip"), ["obj/a.zip"]);
    assert.deepEqual(matched("?.txt", "\u{1f600}.txt", "a.txt", "ab.txt"), ["\u{1f600}.txt", "a.txt"]);
    assert.deepEqual(matched("v{08..11}/*", "v8/a", "v08/a", "v11/a", "v12/a"), ["v08/a", "v11/a"]);
    assert.deepEqual(matched("[[:upper:]]*", "Readme", "readme"), ["Readme"]);
    assert.deepEqual(matched("@(a|b)/*.+(js|css)", "a/x.js", "b/x.css", "ab/x.js", "a/x.md"), ["a/x.js", "b/x.css"]);
    assert.deepEqual(matched("a]b}c", "a]b}c"), ["a]b}c"]);
    assert.deepEqual(matched("a\\[b\\{", "a[b{"), ["a[b{"]);
    assert.deepEqual(matched("[]a]/[[]b/[!]]", "]/[b/x", "a/[b/]"), ["]/[b/x"]);
    assert.deepEqual(matched("{}/a$(b)", "{}/a$(b)"), ["{}/a$(b)"]);
  });

  it("exclude by a line that starts with !(, as by any that starts with !", () => {
    assert.deepEqual(["(config).js", "main.js"].filter(parsePatterns(["!(config).js"]).matches), ["main.js"]);
  });

  it("take names as minimatch does, the last line that matches deciding", () => {
    for (let seed = 1; seed <= 1000; seed++) {
      const random = randomFrom(seed);
      const lines = Array.from({ length: 1 + random.below(3) }, () => randomLine(random));
      const { matches, mayMatchBelow } = parsePatterns(lines);
      for (let count = 0; count < 12; count++) {
        const name = randomName(random);
        assert.equal(matches(name), lastToMatch(lines, name), `seed ${seed}: ${JSON.stringify({ lines, name })}`);
        if (!matches(name)) continue;
        // What is not read cannot be found.
        for (const folder of foldersAbove(name)) {
          assert.ok(mayMatchBelow(folder), `seed ${seed}: ${JSON.stringify({ lines, name, folder })}`);
        }
      }
    }
  });

  it("tell which folders need not be read, because what is in them is excluded", () => {
    const unread = (lines: string[], ...folders: string[]) =>
      folders.filter((folder) => !parsePatterns(lines).mayMatchBelow(folder));
    const lines = ["**", "!node_modules/**", "!logs/*", "!a/**", "a/keep.txt", "!b/"];
    assert.deepEqual(unread(lines, "node_modules", "node_modules/x", "src", "logs", "a", "a/c", "b"), [
      "node_modules",
      "node_modules/x",
      "a/c",
      "b",
    ]);
    assert.deepEqual(unread(["!**/x/**"], "foo", "x", "foo/x", "foo/x/y"), ["x", "foo/x", "foo/x/y"]);
    assert.deepEqual(unread(["!a/[a-z]/**"], "a", "a/b", "a/bb"), ["a/b"]);
    assert.deepEqual(unread(["!node_modules//**"], "node_modules", "src"), ["node_modules"]);
  });

  it("tell which folders need not be read, because nothing in them is included", () => {
    const read = (lines: string[], ...folders: string[]) => folders.filter(parsePatterns(lines).mayMatchBelow);
    assert.deepEqual(read(["dist/**"], "dist", "dist/a", "node_modules", "di"), ["dist", "dist/a"]);
    assert.deepEqual(read(["dist/*.js"], "dist", "dist/a", "dist/a.js"), ["dist"]);
    assert.deepEqual(read(["*.js", "!dist/**"], "dist", "src"), []);
    assert.deepEqual(read(["{src,test}/*/a.js"], "src", "test/x", "test/x/y", "docs"), ["src", "test/x"]);
    assert.deepEqual(read(["packages/*/dist/**"], "packages", "packages/a", "packages/a/src", "packages/a/dist"), [
      "packages",
      "packages/a",
      "packages/a/dist",
    ]);
    assert.deepEqual(read(["a/**/b/*.txt"], "a", "a/x", "b"), ["a", "a/x"]);
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
    const named = parsePatterns(["**", "!..", "!../*", "!a/../b", "!a/./b", "!/a"], { isOfKeys: true });
    assert.deepEqual(keys.filter(named.covers), ["a//b", "a/.."]);
  });

  it("tell whether one names .git", () => {
    assert.equal(parsePatterns(["**"]).names(".git"), false);
    assert.equal(parsePatterns(["!.git/**"]).names(".git"), false);
    assert.equal(parsePatterns(["repo/.git/**"]).names(".git"), true);
    assert.equal(parsePatterns(["{.git,.github}/**"]).names(".git"), true);
    assert.equal(parsePatterns([".github/**"]).names(".git"), false);
  });

  it("start with / where keys do, and nowhere else", () => {
    const keys = ["/releases/a", "releases/a", "/b"];
    const { covers, namesRoot } = parsePatterns(["/releases/**"], { isOfKeys: true });
    assert.deepEqual([keys.filter(covers), keys.filter(namesRoot)], [["/releases/a"], ["/releases/a"]]);
    const others = parsePatterns(["**", "!/releases/"], { isOfKeys: true });
    assert.deepEqual([keys.filter(others.covers), keys.filter(others.namesRoot)], [["releases/a", "/b"], []]);
    assert.throws(() => parsePatterns(["/releases/**"]), AggregateError);
  });

  it("are relative to a folder whose path they start with", () => {
    assert.equal(parsePatterns(["/agent/site/*.js"], { root: "/agent/site" }).matches("a.js"), true);
    assert.equal(parsePatterns(["/agent/site/./a.js"], { root: "/agent/site/" }).matches("a.js"), true);
    assert.throws(() => parsePatterns(["/agent/site-old/*.js"], { root: "/agent/site" }), AggregateError);
  });

  it("are refused all at once, each with its reason", () => {
    assert.throws(
      () => parsePatterns(["**", "[ab", "a/[b/c]", "{a,{b}", "a\\b", "../x", "/etc/*", "C:\\temp\\*", "!"]),
      (error: AggregateError) => {
        assert.deepEqual(
          error.errors.map(({ message }) => message),
          [
            'pattern "[ab": it has a [ that is not closed. Write \\[ for the character itself.',
            'pattern "a/[b/c]": it has a [ that is not closed. Write \\[ for the character itself.',
            'pattern "{a,{b}": it has a { that is not closed. Write \\{ for the character itself.',
            'pattern "a\\b": it has a \\. Write / between folders.',
            'pattern "../x": it leads out of sourceFolder with ...',
            'pattern "/etc/*": it starts at the root of a disk. Write it relative to sourceFolder.',
            'pattern "C:\\temp\\*": it starts at the root of a disk. Write it relative to sourceFolder.',
            'pattern "!": it is empty.',
          ],
        );
        return true;
      },
    );
  });
});

const PIECES = [
  ..."abAB_-1.~ ()|&$@+",
  ...["*", "*", "**", "?", "[ab]", "[!a]", "[^b]", "[a-c]", "[", "]", "{a,b}", "{1..3}", "{a,b*}", "{", "}", ","],
  ...["!(a)", "@(a|b)", "+(a)", "?(b)", "*(a|b)", "!", "ä", "\u{1f600}", "\n", "..."],
];

/** A line that is understood, of pieces that may make no sense together. */
function randomLine(random: Random): string {
  for (;;) {
    const names = Array.from({ length: 1 + random.below(4) }, () =>
      random.chance(0.25) ? "**" : Array.from({ length: 1 + random.below(4) }, () => random.pick(PIECES)).join(""),
    );
    const line = `${random.chance(0.3) ? "!" : ""}${names.join(random.chance(0.1) ? "//" : "/")}`.trim();
    const hasMeaningOfItsOwn = /^#|^!?\s*(\.?\/|$)|\/$/.test(line);
    if (!hasMeaningOfItsOwn && !names.includes("..") && isUnderstood(line)) return line;
  }
}

function isUnderstood(line: string): boolean {
  try {
    parsePatterns([line]);
    return true;
  } catch {
    return false;
  }
}

function randomName(random: Random): string {
  for (;;) {
    const alphabet = random.chance(0.7) ? "ab" : "abAB_-1.~ ()[]{}!@+$|,&*?ä\u{1f600}\n";
    const names = Array.from({ length: 1 + random.below(4) }, () => random.text(alphabet, 1 + random.below(3)));
    if (!names.some((name) => name === "." || name === "..")) return names.join("/");
  }
}

/** The promise in other words: of the lines as minimatch reads them, the last that matches decides. */
function lastToMatch(lines: readonly string[], name: string): boolean {
  let result = lines[0]?.startsWith("!") ?? false;
  for (const line of lines) {
    const isExclusion = line.startsWith("!");
    const glob = isExclusion ? line.slice(1).trim() : line;
    const options = { dot: true, nocomment: true, nonegate: true, platform: "linux" } as const;
    if (minimatch(name, glob, options)) result = !isExclusion;
  }
  return result;
}

function foldersAbove(path: string): string[] {
  const names = path.split("/");
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join("/"));
}
