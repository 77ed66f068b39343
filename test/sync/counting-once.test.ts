import assert from "node:assert/strict";
import { countingOnce } from "../../src/sync/counting-once.ts";

describe("the bytes that several attempts move one after another", () => {
  it("are counted once", () => {
    const counted: number[] = [];
    const newCount = countingOnce((sizeBytes) => counted.push(sizeBytes));
    const first = newCount();
    first(100);
    first(50);
    const second = newCount();
    second(80);
    second(80);
    const third = newCount();
    third(160);
    third(40);
    assert.deepEqual(counted, [100, 50, 10, 40]);
  });
});
