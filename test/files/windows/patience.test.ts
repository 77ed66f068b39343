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
const reading = { path: "D:\\a.txt", purpose: "read" } as const;
const changing = { path: "D:\\a.txt", purpose: "change" } as const;

describe("a file that another program has open", () => {
  it("is waited for on Windows, to be read or changed", async () => {
    const { calls, act } = failing("EBUSY", "EBUSY");
    assert.equal(await new Patience({ isWindows: true }).whileHeld(reading, act), "done");
    const change = failing("EPERM", "EBUSY", "EACCES");
    assert.equal(await new Patience({ isWindows: true }).whileHeld(changing, change.act), "done");
    assert.deepEqual([calls.made, change.calls.made], [3, 4]);
  });

  it("is given up in the end, with a sentence that says so", async () => {
    const patience = new Patience({ isWindows: true, longMs: 30 });
    await assert.rejects(patience.whileHeld(reading, forever("EBUSY")), {
      name: "FileInUseError",
      code: "file-in-use",
      message:
        "D:\\a.txt is open in another program, also after 0 s (EBUSY). Close the program, for example one that an earlier step started, and run the step again",
    });
    await assert.rejects(patience.whileHeld(changing, forever("EPERM")), {
      code: "file-in-use",
      message:
        "D:\\a.txt could not be replaced or removed, also after 0 s (EPERM): another program has it open, or the agent's user has no right to change it. Close the program or give the user the right, and run the step again",
    });
  });

  it("is no reason to wait as long for each file after it", async () => {
    let nowMs = 0;
    const pause = async (delayMs: number) => {
      nowMs += delayMs;
    };
    const patience = new Patience({ isWindows: true, nowMs: () => nowMs, pause });
    await assert.rejects(patience.whileHeld(changing, forever("EBUSY")), FileInUseError);
    const firstMs = nowMs;
    await assert.rejects(patience.whileHeld(changing, forever("EBUSY")), FileInUseError);
    assert.deepEqual([firstMs >= 60_000, nowMs - firstMs < 3_000], [true, true], `${firstMs} ${nowMs}`);
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
