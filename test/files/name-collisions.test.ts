import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compareUtf8 } from "../../src/files/byte-order.ts";
import { foldName, isCaseSensitive, NameCollisions } from "../../src/files/name-collisions.ts";
import { randomFrom } from "../random.ts";

describe("names that collide", () => {
  for (const sensitive of [true, false]) {
    describe(sensitive ? "on a disk that tells case apart" : "on a disk that does not", () => {
      it("are a file and a folder, however far apart they are listed", () => {
        const names = ["a", "a!", "a-/b", "a.txt", "a/b", "a/c/d", "ab", "b/c", "b/c-", "b/c/d"];
        assert.deepEqual(collisions(names, sensitive), { "a/b": "a", "a/c/d": "a", "b/c/d": "b/c" });
      });

      it("are not those of folders that have their own object, unless a file has the name", () => {
        assert.deepEqual(collisions(["a/", "a/b", "a/c/", "d", "d/"], sensitive), { "d/": "d" });
      });

      it("are one and the same name", () => {
        assert.deepEqual(collisions(["a/b", "a/b", "c"], sensitive), { "a/b": "a/b" });
      });

      it("are those that a search through all of them finds", () => {
        const random = randomFrom(5);
        for (let round = 0; round < 300; round++) {
          const names = new Set<string>();
          while (names.size < 30) {
            names.add(
              Array.from({ length: 1 + random.below(3) }, () => random.text("aAbB-.0", 1 + random.below(2))).join("/"),
            );
          }
          const sorted = [...names].sort(compareUtf8);
          assert.deepEqual(collisions(sorted, sensitive), searchThroughAll(sorted, sensitive));
        }
      });
    });
  }

  it("are found as fast if somebody has chosen names that have the same simple hash", () => {
    const names = namesWithOneHash(512).sort(compareUtf8);
    let folded = 0;
    const collisions = new NameCollisions(false, (name) => {
      folded++;
      return name;
    });
    for (const name of names) assert.equal(collisions.add(name), undefined);
    assert.ok(folded < 2 * names.length, `${folded} names were folded`);
  });

  it("differ in case, in how accents are composed, or in both, where case does not count", () => {
    const cases: [earlier: string, later: string][] = [
      ["README.md", "readme.md"],
      ["A/b", "a/B"],
      ["A/b", "a"],
      ["A", "a/b"],
      ["e\u0301", "É"],
      ["STRASSE", "straße"],
      ["ΣΑΣ", "σας"],
      ["K", "\u212a"],
    ];
    for (const [earlier, later] of cases) {
      assert.deepEqual(collisions([earlier, later], false), { [later]: earlier });
      assert.deepEqual(collisions([earlier, later].sort(compareUtf8), true), {});
    }
    assert.deepEqual(collisions(["A/b", "a/c", "a/d/e", "á", "ä"], false), {});
  });

  it("are not looked for among names out of order, where they would go unnoticed", () => {
    assert.throws(() => collisions(["a", "b", "a"], true), { message: "a comes after b, out of order" });
    assert.deepEqual(collisions(["a", "b", "a"], false), { a: "a" });
  });

  it("are found among many without much memory", () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage: () => void = runInNewContext("gc");
    const names = Array.from({ length: 300_000 }, (_, index) => `folder-${index % 50}/file-${index}.txt`).sort();
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const found = new NameCollisions(false);
    for (const name of names) found.add(name);
    collectGarbage();
    assert.ok((process.memoryUsage().heapUsed - before) / names.length < 64);
    assert.equal(found.add("FOLDER-1/FILE-1.TXT"), "folder-1/file-1.txt");
  });
});

describe("whether a disk tells case apart", () => {
  it("is found out by trying, and leaves nothing behind", async () => {
    const folder = mkdtempSync(join(tmpdir(), "case-"));
    try {
      writeFileSync(join(folder, "name"), "");
      const expected = !existsSync(join(folder, "NAME"));
      assert.deepEqual(
        [await isCaseSensitive(folder), await isCaseSensitive(join(folder, "not/yet/there"))],
        [expected, expected],
      );
      assert.deepEqual(readdirSync(folder), ["name"]);
      // Windows looks above the file then, as above a folder that is not there.
      if (process.platform !== "win32")
        await assert.rejects(isCaseSensitive(join(folder, "name")), { code: "ENOTDIR" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** The names that are refused, each with the earlier one. */
/** Names that anybody can make: each part has two forms after which the hash is the same. */
function namesWithOneHash(count: number): string[] {
  const random = randomFrom(6);
  let names = [""];
  for (let start = 0x811c9dc5; names.length < count; ) {
    const found = new Map<number, string>();
    for (;;) {
      const part = random.text("abcdefghijklmnop", 9);
      const hash = fnv1a(part, start);
      const other = found.get(hash);
      found.set(hash, part);
      if (other === undefined || other === part) continue;
      names = names.flatMap((name) => [name + part, name + other]);
      start = hash;
      break;
    }
  }
  assert.equal(new Set(names.map((name) => fnv1a(name, 0x811c9dc5))).size, 1);
  return names;
}

function fnv1a(text: string, start: number): number {
  return [...text].reduce((hash, unit) => Math.imul(hash ^ unit.charCodeAt(0), 0x01000193), start);
}

function collisions(names: readonly string[], sensitive: boolean): Record<string, string> {
  const found = new NameCollisions(sensitive, foldName);
  const entries: [string, string][] = [];
  for (const name of names) {
    const earlier = found.add(name);
    if (earlier !== undefined) entries.push([name, earlier]);
  }
  return Object.fromEntries(entries);
}

function searchThroughAll(names: readonly string[], sensitive: boolean): Record<string, string> {
  const entries: [string, string][] = [];
  const accepted: string[] = [];
  for (const name of names) {
    const [path, others] = sensitive
      ? [name, accepted]
      : [name.toLowerCase(), accepted.map((other) => other.toLowerCase())];
    const index = others.findIndex(
      (other) => other === path || other.startsWith(`${path}/`) || path.startsWith(`${other}/`),
    );
    if (index === -1) accepted.push(name);
    else entries.push([name, accepted[index] as string]);
  }
  return Object.fromEntries(entries);
}
