import assert from "node:assert/strict";
import { FileInUseError, Patience } from "../../../src/files/windows/patience.ts";

const systemError = (code: string) => Object.assign(new Error(`${code}: refused`), { code });

/** A call that fails with each of the codes, and then succeeds. */
function failing(...codes: string[]) {
  const calls = { made: 0 };
  const act = async () => {
    const code = codes[calls.made++];
    if (code !== undefined) throw systemError(code);
    return "done";
  };
  return { calls, act };
}

const forever = (code: string) => async () => {
  throw systemError(code);
};
/** A patience under Windows whose time passes at once. */
function patienceInNoTime() {
  const clock = { nowMs: 0 };
  const wait = async (delayMs: number, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    clock.nowMs += delayMs;
  };
  return { clock, patience: new Patience({ isWindows: true, now: () => clock.nowMs, wait }) };
}

const reading = { path: "D:\\a.txt", purpose: "read" } as const;
const changing = { path: "D:\\a.txt", purpose: "change" } as const;

describe("a file that another program has open", () => {
  it("is waited for on Windows, to be read or changed", async () => {
    const { calls, act } = failing("EBUSY", "EBUSY");
    const { clock, patience } = patienceInNoTime();
    assert.equal(await patience.whileHeld(reading, act), "done");
    const change = failing("EPERM", "EBUSY", "EACCES");
    assert.equal(await patience.whileHeld(changing, change.act), "done");
    assert.deepEqual([calls.made, change.calls.made, clock.nowMs], [3, 4, 10 + 20 + 10 + 20 + 40]);
  });

  it("is given up after a minute, with a sentence that says so", async () => {
    const { clock, patience } = patienceInNoTime();
    await assert.rejects(patience.whileHeld(reading, forever("EBUSY")), {
      name: "FileInUseError",
      code: "file-in-use",
      message:
        "D:\\a.txt is open in another program, which did not close it within 60 s (EBUSY). Close that program, for example one that an earlier step started, and run the step again",
    });
    await assert.rejects(patience.whileHeld(changing, forever("EPERM")), {
      code: "file-in-use",
      message:
        "D:\\a.txt could not be replaced or removed within 1 s (EPERM): either another program has it open, or the agent's user may not change it. Close the program, or give the user the right, and run the step again",
    });
    assert.equal(clock.nowMs, 61_300);
  });

  it("is no reason to wait as long for each file after it", async () => {
    const { clock, patience } = patienceInNoTime();
    for (const totalMs of [60_000, 61_300, 62_600]) {
      await assert.rejects(patience.whileHeld(changing, forever("EBUSY")), FileInUseError);
      assert.equal(clock.nowMs, totalMs);
    }
  });

  it("is no reason to wait when the step is cancelled", async () => {
    const cancel = new AbortController();
    const call = { ...changing, signal: cancel.signal };
    const held = new Patience({ isWindows: true }).whileHeld(call, forever("EBUSY"));
    cancel.abort(new Error("cancelled"));
    await assert.rejects(held, { message: "cancelled" });
  });

  it("is not waited for on other systems, nor if reading fails for another reason", async () => {
    const elsewhere = failing("EBUSY");
    await assert.rejects(new Patience({ isWindows: false }).whileHeld(changing, elsewhere.act), { code: "EBUSY" });
    const denied = failing("EPERM");
    await assert.rejects(new Patience({ isWindows: true }).whileHeld(reading, denied.act), { code: "EPERM" });
    const missing = failing("ENOENT");
    await assert.rejects(new Patience({ isWindows: true }).whileHeld(changing, missing.act), { code: "ENOENT" });
    assert.deepEqual(
      [elsewhere, denied, missing].map(({ calls }) => calls.made),
      [1, 1, 1],
    );
  });
});
