import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { unlessAborted } from "../../src/scheduling/unless-aborted.ts";

describe("work that does not look at a signal", () => {
  const reason = new Error("cancelled");
  let cancel: AbortController;
  beforeEach(() => {
    cancel = new AbortController();
  });

  it("gives its result or its error, and leaves no listener", async () => {
    const error = new Error("no");
    assert.equal(await unlessAborted(async () => 1, cancel.signal), 1);
    await assert.rejects(
      unlessAborted(() => Promise.reject(error), cancel.signal),
      error,
    );
    assert.deepEqual(getEventListeners(cancel.signal, "abort"), []);
  });

  it("is left when the signal is aborted, and is not begun after that", async () => {
    const waiting = unlessAborted(() => new Promise(() => undefined), cancel.signal);
    cancel.abort(reason);
    await assert.rejects(waiting, reason);
    await assert.rejects(
      unlessAborted(async () => assert.fail("begun"), cancel.signal),
      reason,
    );
  });
});
