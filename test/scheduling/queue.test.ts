import assert from "node:assert/strict";
import { Queue } from "../../src/scheduling/queue.ts";
import { randomFrom } from "../random.ts";

describe("a queue", () => {
  it("gives its items in their order, whatever comes in between", () => {
    const random = randomFrom(3);
    const queue = new Queue<number>();
    const expected: number[] = [];
    for (let item = 0; item < 1000; item++) {
      if (random.below(2) === 0) {
        queue.push(item);
        expected.push(item);
      } else {
        assert.equal(queue.first, expected.shift());
        queue.removeFirst();
      }
      assert.equal(queue.length, expected.length);
    }
  });

  it("has no first item if it is empty", () => {
    const queue = new Queue<string>();
    queue.removeFirst();
    assert.deepEqual([queue.first, queue.length], [undefined, 0]);
  });
});
