import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { AdaptiveLimiter } from "../../src/aws/adaptive-limiter.ts";
import { ServiceError } from "../../src/aws/errors/errors.ts";

const slowDown = new ServiceError({
  status: 503,
  awsCode: "SlowDown",
  serverMessage: "Please reduce your request rate",
});
const denied = new ServiceError({ status: 403, awsCode: "AccessDenied", serverMessage: "Access Denied" });

/** Runs so many attempts, all at once if they may, of which the first ones fail. @returns how many were under way at most. */
async function mostAtOnce(
  limiter: AdaptiveLimiter,
  attempts: number,
  failures: readonly Error[] = [],
): Promise<number> {
  let running = 0;
  let most = 0;
  const work = Array.from({ length: attempts }, (_, index) =>
    limiter.run(async () => {
      most = Math.max(most, ++running);
      await nextTurn();
      running--;
      const failure = failures[index];
      if (failure) throw failure;
    }),
  );
  await Promise.allSettled(work);
  return most;
}

describe("the adaptive limit on requests", () => {
  it("has no limit as long as all goes well", async () => {
    assert.equal(await mostAtOnce(new AdaptiveLimiter(), 100), 100);
  });

  it("is halved where the service says that it is too much, once for all that were under way", async () => {
    const limiter = new AdaptiveLimiter();
    await mostAtOnce(limiter, 16, Array(8).fill(slowDown));
    assert.equal(await mostAtOnce(limiter, 8), 8);
    await mostAtOnce(limiter, 8, [slowDown]);
    assert.equal(await mostAtOnce(limiter, 4), 4);
  });

  it("never falls below one request at a time", async () => {
    const limiter = new AdaptiveLimiter();
    await mostAtOnce(limiter, 2, [slowDown, slowDown]);
    assert.equal(await mostAtOnce(limiter, 5, Array(5).fill(slowDown)), 1);
  });

  it("grows by one with each round of successes", async () => {
    const limiter = new AdaptiveLimiter();
    await mostAtOnce(limiter, 6, [slowDown]);
    const rounds = [];
    for (const attempts of [3, 4, 5, 20]) rounds.push(await mostAtOnce(limiter, attempts));
    assert.deepEqual(rounds.slice(0, 3), [3, 4, 5]);
    assert.ok((rounds[3] ?? 0) < 20);
  });

  it("does not heed other failures", async () => {
    const limiter = new AdaptiveLimiter();
    await mostAtOnce(limiter, 16, [denied, new Error("a bug")]);
    assert.equal(await mostAtOnce(limiter, 16), 16);
  });
});
