import assert from "node:assert/strict";
import { compareUtf8 } from "../../../src/files/byte-order.ts";
import { type Ends, joinByFoldedName, mergeJoin } from "../../../src/sync/plan/merge-join.ts";
import { randomFrom } from "../../random.ts";

function endsOf(locals: readonly string[], remotes: readonly string[]): Ends<string, string> {
  return {
    locals: later(locals),
    nameOfLocal: (name) => name,
    remotes: later(remotes),
    nameOfRemote: (name) => name,
    signal: new AbortController().signal,
  };
}

async function* later<T>(items: readonly T[]): AsyncGenerator<T, void> {
  yield* items;
}

async function pairs(locals: readonly string[], remotes: readonly string[]) {
  const found: [string | undefined, string | undefined][] = [];
  for await (const pair of mergeJoin(endsOf(locals, remotes))) found.push([...pair]);
  return found;
}

describe("pairing by name", () => {
  it("puts together what has one name, and keeps the order", async () => {
    assert.deepEqual(await pairs(["a", "a.txt", "a/b", "c"], ["a.txt", "b", "c"]), [
      ["a", undefined],
      ["a.txt", "a.txt"],
      ["a/b", undefined],
      [undefined, "b"],
      ["c", "c"],
    ]);
  });

  it("takes either side empty", async () => {
    assert.deepEqual(await pairs([], []), []);
    assert.deepEqual(await pairs(["a"], []), [["a", undefined]]);
    assert.deepEqual(await pairs([], ["a"]), [[undefined, "a"]]);
  });

  it("goes by UTF-8 bytes, as S3 lists, where UTF-16 would have another order", async () => {
    assert.deepEqual(await pairs(["\u{ff5e}", "\u{1f600}"], ["\u{1f600}"]), [
      ["\u{ff5e}", undefined],
      ["\u{1f600}", "\u{1f600}"],
    ]);
  });

  it("agrees with sets, whatever the names", async () => {
    const random = randomFrom(5);
    for (let round = 0; round < 300; round++) {
      const names = () =>
        [...new Set(Array.from({ length: random.below(20) }, () => random.text("ab/.é😀", 1 + random.below(3))))].sort(
          compareUtf8,
        );
      const [locals, remotes] = [names(), names()];
      const all = [...new Set([...locals, ...remotes])].sort(compareUtf8);
      const wanted = all.map((name) => [
        locals.includes(name) ? name : undefined,
        remotes.includes(name) ? name : undefined,
      ]);
      assert.deepEqual(await pairs(locals, remotes), wanted);
    }
  });
});

describe("pairing by folded name", () => {
  it("puts together what a disk takes for one name, so that a file is not taken for another one's leftover", async () => {
    const found: unknown[] = [];
    const ends = endsOf(["a.txt", "readme.md", "z.txt"], ["README.md", "a.txt", "new.txt"]);
    for await (const pair of joinByFoldedName(ends, { fold: lower, isOne: () => true })) found.push(pair);
    assert.deepEqual(found, [
      ["readme.md", "README.md"],
      ["a.txt", "a.txt"],
      [undefined, "new.txt"],
      ["z.txt", undefined],
    ]);
  });

  it("asks the disk about names that fold alike, and takes the exact one first", async () => {
    const found: unknown[] = [];
    const fold = (name: string) => name.replaceAll("\u00df", "ss").toLowerCase();
    const isOne = (local: string, other: string) => lower(local) === lower(other);
    const ends = endsOf(["STRASSE", "strasse", "stra\u00dfe", "x\u00df"], ["STRASSE", "Strasse", "stra\u00dfe", "xss"]);
    for await (const pair of joinByFoldedName(ends, { fold, isOne })) found.push(pair);
    assert.deepEqual(found, [
      ["STRASSE", "STRASSE"],
      ["strasse", "Strasse"],
      ["stra\u00dfe", "stra\u00dfe"],
      [undefined, "xss"],
      ["x\u00df", undefined],
    ]);
  });
});

describe("pairing by name, of whatever kind,", () => {
  const folding = { fold: lower, isOne: () => true };
  const reason = new Error("cancelled");

  for (const [title, join] of [
    ["exact", mergeJoin],
    ["folded", (ends: Ends<string, string>) => joinByFoldedName(ends, folding)],
  ] as const) {
    it(`ends when it is cancelled while each pair takes long: ${title}`, async () => {
      for (const names of [endsOf(["a", "b", "c", "d"], []), endsOf([], ["a", "b", "c", "d"])]) {
        const cancel = new AbortController();
        const found: unknown[] = [];
        setImmediate(() => cancel.abort(reason));
        const work = async () => {
          for await (const pair of join({ ...names, signal: cancel.signal })) {
            const startMs = performance.now();
            while (performance.now() - startMs < 60);
            found.push(pair);
          }
        };
        await assert.rejects(work(), reason);
        assert.ok(found.length < 4);
      }
    });
  }
});

function lower(name: string): string {
  return name.toLowerCase();
}
