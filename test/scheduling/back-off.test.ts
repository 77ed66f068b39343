import assert from "node:assert/strict";
import { delayAfter, pause, retry } from "../../src/scheduling/back-off.ts";

describe("a back-off", () => {
  it("doubles from try to try, up to its longest delay", () => {
    const delays = [1, 2, 3, 4, 5, 2000].map((tries) => delayAfter(tries, { firstDelayMs: 10, maxDelayMs: 70 }));
    assert.deepEqual(delays, [10, 20, 40, 70, 70, 70]);
  });

  it("tries again as long as a delay is given, and is told of each failure", async () => {
    const told: [message: string, tries: number][] = [];
    let calls = 0;
    const fail = async () => {
      throw new Error(`failure ${++calls}`);
    };
    const twice = (error: unknown, tries: number) => {
      told.push([(error as Error).message, tries]);
      return tries < 3 ? 0 : undefined;
    };
    await assert.rejects(retry(fail, twice), { message: "failure 3" });
    assert.deepEqual(told, [
      ["failure 1", 1],
      ["failure 2", 2],
      ["failure 3", 3],
    ]);
  });

  it("ends with the first success", async () => {
    let calls = 0;
    const attempt = async () => {
      if (++calls < 3) throw new Error("not yet");
      return calls;
    };
    assert.equal(await retry(attempt, () => 0), 3);
  });

  it("ends a pause when the signal is aborted, and begins none after that", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const paused = pause(3_600_000, controller.signal);
    controller.abort(reason);
    await assert.rejects(paused, reason);
    await assert.rejects(pause(3_600_000, controller.signal), reason);
  });
});
