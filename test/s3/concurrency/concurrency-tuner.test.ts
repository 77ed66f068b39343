import assert from "node:assert/strict";
import { ConcurrencyTuner } from "../../../src/s3/concurrency/concurrency-tuner.ts";

/** Where the server takes `latencyMs` for each request and `serverMs` of it alone, and this machine computes for `ownMs`. */
function grow({ latencyMs = 0, serverMs = 0, ownMs = 0 }): number {
  const activity = { active: 0, idle: 0 };
  const tuner = new ConcurrencyTuner(64, 256, () => ({ ...activity }));
  let limit = 64;
  for (let ended = 0; ended < 10_000; ended++) {
    const eachMs = Math.max(latencyMs / limit, serverMs, ownMs);
    activity.active += ownMs;
    activity.idle += eachMs - ownMs;
    limit = tuner.next();
  }
  return limit;
}

describe("the number of requests at once", () => {
  it("grows where they wait for answers, to the most that it may be", () => {
    assert.equal(grow({ latencyMs: 100, ownMs: 0.1 }), 256);
  });

  it("grows until this machine has enough to do", () => {
    assert.equal(grow({ latencyMs: 20, ownMs: 0.2 }), 96);
  });

  it("stays where this machine has enough to do", () => {
    assert.equal(grow({ latencyMs: 1, ownMs: 0.3 }), 64);
  });

  it("takes one step to find out that the server does no more", () => {
    assert.equal(grow({ serverMs: 1, ownMs: 0.3 }), 96);
  });
});
