import assert from "node:assert/strict";
import { WeightedSemaphore } from "../../../src/s3/concurrency/weighted-semaphore.ts";

describe("request slots", () => {
  it("never let more weight run at once than there are slots, and start work in turn", async () => {
    const slots = new WeightedSemaphore(4);
    let running = 0;
    let most = 0;
    const started: number[] = [];
    const weights = [1, 1, 4, 1, 2, 1, 4, 3, 1];
    const work = weights.map((weight, index) =>
      slots.run(weight, async () => {
        started.push(index);
        running += weight;
        most = Math.max(most, running);
        await new Promise(setImmediate);
        running -= weight;
      }),
    );
    await Promise.all(work);
    assert.equal(most, 4);
    assert.deepEqual(started, [...weights.keys()]);
  });

  it("give work that is heavier than all of them all of them, rather than none ever", async () => {
    const slots = new WeightedSemaphore(3);
    const done = await Promise.all([4, 1, 4].map((weight, index) => slots.run(weight, async () => index)));
    assert.deepEqual(done, [0, 1, 2]);
  });

  it("give a slot back when the work fails", async () => {
    const slots = new WeightedSemaphore(1);
    await assert.rejects(
      slots.run(1, () => Promise.reject(new Error("failed"))),
      /failed/,
    );
    assert.equal(await slots.run(1, async () => "next"), "next");
  });
});
