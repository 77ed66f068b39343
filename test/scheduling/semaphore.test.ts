import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Semaphore } from "../../src/scheduling/semaphore.ts";

describe("a semaphore", () => {
  it("lets those that wait begin in turn, as places are given back", async () => {
    const semaphore = new Semaphore(2);
    const begun = takeEach(semaphore, [1, 1, 2, 1]);
    await nextTurn();
    assert.deepEqual(begun, [0, 1]);
    assert.equal(semaphore.isFull, true);
    semaphore.giveBack(1);
    await nextTurn();
    assert.deepEqual(begun, [0, 1], "what is lighter does not overtake");
    assert.equal(semaphore.isFull, true, "what waits needs more than is free");
    semaphore.giveBack(1);
    await nextTurn();
    assert.deepEqual(begun, [0, 1, 2]);
    semaphore.giveBack(2);
    await nextTurn();
    assert.deepEqual(begun, [0, 1, 2, 3]);
    assert.deepEqual([semaphore.taken, semaphore.isFull], [1, false]);
  });

  it("lets more begin at once when its limit is raised", async () => {
    const semaphore = new Semaphore(1);
    const begun = takeEach(semaphore, [1, 1, 1, 1]);
    semaphore.limit = 3;
    await nextTurn();
    assert.deepEqual(begun, [0, 1, 2]);
  });

  it("lets nothing begin below a lowered limit until enough has ended", async () => {
    const semaphore = new Semaphore(3);
    const begun = takeEach(semaphore, [1, 1, 1, 1]);
    semaphore.limit = 1;
    semaphore.giveBack(1);
    semaphore.giveBack(1);
    await nextTurn();
    assert.deepEqual([begun, semaphore.taken], [[0, 1, 2], 1]);
    semaphore.giveBack(1);
    await nextTurn();
    assert.deepEqual([begun, semaphore.taken], [[0, 1, 2, 3], 1]);
  });

  it("lets what is heavier than all places run alone", async () => {
    const semaphore = new Semaphore(2);
    const begun = takeEach(semaphore, [1, 5, 1]);
    await nextTurn();
    assert.deepEqual(begun, [0]);
    semaphore.giveBack(1);
    await nextTurn();
    assert.deepEqual(begun, [0, 1]);
    semaphore.giveBack(5);
    await nextTurn();
    assert.deepEqual(begun, [0, 1, 2]);
  });
});

/** Asks for places of each weight, in turn. @returns the indexes of those that have got theirs, filled as they do. */
function takeEach(semaphore: Semaphore, weights: readonly number[]): readonly number[] {
  const begun: number[] = [];
  for (const [index, weight] of weights.entries()) void semaphore.take(weight).then(() => begun.push(index));
  return begun;
}
