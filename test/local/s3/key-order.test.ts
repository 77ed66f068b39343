import assert from "node:assert/strict";
import { KeyIndex } from "../../../local/s3/store/key-index.ts";
import { compareKeys } from "../../../local/s3/store/key-order.ts";
import { listPage } from "../../../local/s3/store/listing.ts";

/** Keys from a small generator of its own, so that a failure can be seen again. */
function pseudoRandomKeys(count: number): string[] {
  const alphabet = ["a", "b", "/", "\u00e4", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "😀", "\u{10ffff}"];
  let state = 1;
  const next = (): number => {
    state = (state * 48271) % 2147483647;
    return state;
  };
  const keys = Array.from({ length: count }, () =>
    Array.from({ length: 1 + (next() % 8) }, () => alphabet[next() % alphabet.length]).join(""),
  );
  return [...new Set(keys)];
}

const inByteOrder = (keys: readonly string[]): string[] =>
  [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

const allOf = (index: KeyIndex): string[] => [...index.from(() => false)];

describe("The order of keys", () => {
  it("is that of their UTF-8 bytes", () => {
    const keys = pseudoRandomKeys(5000);
    assert.deepEqual([...keys].sort(compareKeys), inByteOrder(keys));
  });
});

describe("The index of keys", () => {
  it("keeps keys in order, whatever the order of their coming and going", () => {
    const keys = pseudoRandomKeys(20_000);
    const index = new KeyIndex();
    for (const key of keys) index.add(key);
    assert.deepEqual(allOf(index), inByteOrder(keys));
    const kept = keys.filter((_, i) => i % 3 === 0);
    const keep = new Set(kept);
    for (const key of keys) if (!keep.has(key)) index.remove(key);
    index.remove("not there");
    assert.deepEqual(allOf(index), inByteOrder(kept));
    for (const key of kept) index.remove(key);
    assert.deepEqual(allOf(index), []);
  });

  it("is read from any key on", () => {
    const keys = inByteOrder(pseudoRandomKeys(5000));
    const index = new KeyIndex();
    for (const key of keys) index.add(key);
    for (const start of [0, 1, 512, 1024, 3000, keys.length - 1, keys.length]) {
      const first = keys[start];
      const rest = [...index.from((key) => first === undefined || compareKeys(key, first) < 0)];
      assert.deepEqual(rest, keys.slice(start));
    }
  });
});

describe("A listing of 100,000 keys", () => {
  const index = new KeyIndex();
  const keyOf = (i: number): string => `folder-${i % 10}/${String(i).padStart(6, "0")}.txt`;

  before(() => {
    for (let i = 0; i < 100_000; i++) index.add(keyOf(i));
  });

  it("gives every key once, page by page", () => {
    const listed: string[] = [];
    let position: { after: string; isPrefix: boolean } | undefined;
    do {
      const page = listPage(index, { prefix: "", delimiter: "", position, maxKeys: 1000 });
      listed.push(...page.entries.map((entry) => ("key" in entry ? entry.key : "")));
      position = page.next;
    } while (position !== undefined);
    assert.deepEqual(listed, inByteOrder(Array.from({ length: 100_000 }, (_, i) => keyOf(i))));
  });

  it("jumps over the keys under a common prefix", () => {
    let comparedKeys = 0;
    const from = index.from.bind(index);
    const counting = Object.assign(Object.create(index) as KeyIndex, {
      from: (isBefore: (key: string) => boolean) =>
        from((key) => {
          comparedKeys++;
          return isBefore(key);
        }),
    });
    const page = listPage(counting, { prefix: "", delimiter: "/", position: undefined, maxKeys: 1000 });
    assert.deepEqual(
      page.entries,
      Array.from({ length: 10 }, (_, i) => ({ commonPrefix: `folder-${i}/` })),
    );
    assert.ok(comparedKeys < 1000, `${comparedKeys} keys were looked at`);
  });
});
