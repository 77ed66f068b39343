import assert from "node:assert/strict";
import { growingDelays } from "../../src/site/growing-delays.ts";

/** Tries until the given one succeeds. @returns the lines of the log, and how long it waited. */
async function tryUntil(succeeds: number, timeoutMs: number) {
  let timeMs = 0;
  const lines: string[] = [];
  const tools = {
    signal: new AbortController().signal,
    async pause(delayMs: number) {
      timeMs += delayMs;
    },
    now: () => timeMs,
    log: { info: (line: string) => void lines.push(line) },
  };
  let tries = 0;
  for await (const _ of growingDelays(timeoutMs, "the oven is hot", tools)) if (++tries === succeeds) break;
  return { lines, tries, timeMs };
}

describe("A wait", () => {
  it("is not announced if the first try succeeds", async () =>
    assert.deepEqual(await tryUntil(1, 60_000), { lines: [], tries: 1, timeMs: 0 }));

  it("is announced once, with what it is for and its limit, and grows", async () =>
    assert.deepEqual(await tryUntil(4, 60_000), {
      lines: ["Waiting until the oven is hot, at most 60 s"],
      tries: 4,
      timeMs: 7_000,
    }));

  it("ends with a last try when the time is up", async () =>
    assert.deepEqual(await tryUntil(100, 300_000), {
      lines: ["Waiting until the oven is hot, at most 5 minutes"],
      tries: 20,
      timeMs: 300_000,
    }));
});
