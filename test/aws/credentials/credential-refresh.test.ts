import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { refreshCredentials } from "../../../src/aws/credentials/credential-refresh.ts";
import type { Credentials } from "../../../src/aws/credentials/credentials.ts";

const HOUR_MS = 3_600_000;

describe("the refresh of credentials", () => {
  let nowMs: number;
  let count: number;
  let lifeMs: number | undefined;
  let failure: Error | undefined;
  let notes: string[];
  let ended: AbortController;
  beforeEach(() => {
    nowMs = 1_000_000_000_000;
    count = 0;
    lifeMs = HOUR_MS;
    failure = undefined;
    notes = [];
    ended = new AbortController();
  });

  const subject = () =>
    refreshCredentials({
      async obtain(): Promise<Credentials> {
        count++;
        await turn();
        if (failure) throw failure;
        const key = { accessKeyId: `key ${count}`, secretAccessKey: "s" };
        return lifeMs === undefined ? key : { ...key, expiresAtMs: nowMs + lifeMs };
      },
      onFailedRefresh: (error, remainingMs) => notes.push(`${error.message}, ${remainingMs} ms left`),
      signal: ended.signal,
      now: () => nowMs,
    });
  const idOf = async (source: ReturnType<typeof subject>) => (await source()).accessKeyId;

  it("asks once, however many requests come, and then answers from memory", async () => {
    const source = subject();
    const ids = await Promise.all(Array.from({ length: 50 }, () => idOf(source)));
    assert.deepEqual(new Set(ids), new Set(["key 1"]));
    nowMs += HOUR_MS - 300_001;
    assert.equal((source() as Credentials).accessKeyId, "key 1");
    assert.equal(count, 1);
  });

  it("asks again five minutes before the end, while requests go on with the old ones", async () => {
    const source = subject();
    await source();
    nowMs += HOUR_MS - 300_000;
    assert.equal(await idOf(source), "key 1");
    assert.equal(await idOf(source), "key 1");
    await turn();
    await turn();
    assert.equal(await idOf(source), "key 2");
    assert.equal(count, 2);
  });

  it("lets requests wait in the last half minute, and one refresh serve them all", async () => {
    const source = subject();
    await source();
    nowMs += HOUR_MS - 30_000;
    assert.deepEqual(await Promise.all([idOf(source), idOf(source), idOf(source)]), ["key 2", "key 2", "key 2"]);
    assert.equal(count, 2);
  });

  it("renews sessions of seconds in their last quarter", async () => {
    lifeMs = 4000;
    const source = subject();
    await source();
    nowMs += 2999;
    await source();
    assert.equal(count, 1);
    nowMs += 1;
    await source();
    assert.equal(count, 2);
  });

  it("never renews what does not end", async () => {
    lifeMs = undefined;
    const source = subject();
    await source();
    nowMs += 1000 * HOUR_MS;
    assert.equal(await idOf(source), "key 1");
  });

  it("goes on with the old ones where a refresh fails, tries again, and tells of it", async () => {
    const source = subject();
    await source();
    failure = new Error("STS is away");
    nowMs += HOUR_MS - 20_000;
    assert.equal(await idOf(source), "key 1");
    assert.deepEqual(notes, ["STS is away, 20000 ms left"]);
    assert.equal(await idOf(source), "key 1");
    assert.equal(count, 2, "not with every request");
    failure = undefined;
    nowMs += 5000;
    assert.equal(await idOf(source), "key 3");
  });

  it("tells of no refresh that the end has interrupted", async () => {
    const source = subject();
    await source();
    failure = new Error("interrupted");
    nowMs += HOUR_MS - 20_000;
    const refreshing = idOf(source);
    ended.abort();
    assert.deepEqual([await refreshing, notes], ["key 1", []]);
  });

  it("waits no longer than the step, for the first credentials or for new ones", async () => {
    const reason = new Error("cancelled");
    const never = () =>
      new Promise<Credentials>(() => {
        count++;
      });
    const source = refreshCredentials({ obtain: never, signal: ended.signal, now: () => nowMs });
    const waiting = [assert.rejects(async () => source(), reason), assert.rejects(async () => source(), reason)];
    await turn();
    ended.abort(reason);
    await Promise.all(waiting);
    await assert.rejects(async () => source(), reason);
    assert.equal(count, 1, "asks no more");
  });

  it("fails once the old ones have ended, and recovers", async () => {
    const source = subject();
    await source();
    failure = new Error("STS is away");
    nowMs += HOUR_MS;
    await assert.rejects(async () => source(), /STS is away/);
    failure = undefined;
    assert.equal(await idOf(source), "key 3");
  });

  it("forgets what was refused, once, and only that", async () => {
    const source = subject();
    const first = await source();
    source.forget(first);
    const second = await source();
    assert.equal(second.accessKeyId, "key 2");
    source.forget(first);
    assert.equal(await source(), second);
  });

  it("does not fall back to what was refused", async () => {
    const source = subject();
    source.forget(await source());
    failure = new Error("STS is away");
    await assert.rejects(async () => source(), /STS is away/);
  });

  it("holds what another clock has dated in the past, until it is refused", async () => {
    lifeMs = -1000;
    const source = subject();
    await source();
    assert.equal(await idOf(source), "key 1");
    assert.equal(count, 1);
  });
});
