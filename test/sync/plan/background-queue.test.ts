import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { BackgroundQueue } from "../../../src/sync/plan/background-queue.ts";

describe("work on the side of a plan", () => {
  it("runs for a bounded number of pieces at once, and all of it is waited for", async () => {
    const queue = new BackgroundQueue();
    let running = 0;
    let most = 0;
    let done = 0;
    for (let index = 0; index < 1000; index++) {
      await queue.add(async () => {
        most = Math.max(most, ++running);
        await nextTurn();
        running--;
        done++;
      });
    }
    await queue.finish();
    assert.deepEqual({ most, running, done }, { most: 256, running: 0, done: 1000 });
  });

  it("tells of its first failure when more is added, and at the end", async () => {
    const queue = new BackgroundQueue();
    const fail = (message: string) => queue.add(() => Promise.reject(new Error(message)));
    await Promise.all([fail("the first"), fail("the second")]);
    await nextTurn();
    await assert.rejects(
      queue.add(async () => assert.fail("begun after a failure")),
      { message: "the first" },
    );
    await assert.rejects(queue.finish(), { message: "the first" });
  });
});
