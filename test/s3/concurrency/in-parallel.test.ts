import assert from "node:assert/strict";
import { inParallel } from "../../../src/s3/concurrency/in-parallel.ts";

const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

describe("work in parallel", () => {
  it("is done for every item, a few at a time, and its results are in the items' order", async () => {
    let running = 0;
    let most = 0;
    const results = await inParallel([...Array(20).keys()], 4, undefined, async (item, index) => {
      most = Math.max(most, ++running);
      await pause();
      running--;
      return [item, index];
    });
    assert.equal(most, 4);
    assert.deepEqual(
      results,
      [...Array(20).keys()].map((item) => [item, item]),
    );
  });

  it("ends with the first failure, once the others have heard of it", async () => {
    const failure = new Error("failed");
    const started: number[] = [];
    let ended = 0;
    const work = inParallel([0, 1, 2, 3], 2, undefined, async (item, _, signal) => {
      started.push(item);
      await pause();
      if (item === 0) throw failure;
      while (!signal.aborted) await pause();
      ended++;
    });
    await assert.rejects(work, failure);
    assert.deepEqual([started, ended], [[0, 1], 1]);
  });

  it("ends where it is cancelled", async () => {
    const cancelled = new AbortController();
    const work = inParallel([0, 1, 2], 1, cancelled.signal, async () => cancelled.abort(new Error("cancelled")));
    await assert.rejects(work, /cancelled/);
  });

  it("is none where there are no items", async () => {
    assert.deepEqual(await inParallel([], 4, undefined, async () => assert.fail()), []);
  });
});
