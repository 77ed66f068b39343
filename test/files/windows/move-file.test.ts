import assert from "node:assert/strict";
import type { Stats } from "node:fs";
import { Disk } from "../../../src/files/disk.ts";
import { type MoveCalls, type MoveOptions, moveFile, removeFile } from "../../../src/files/windows/move-file.ts";
import { Patience } from "../../../src/files/windows/patience.ts";

type Kind = "folder" | "link" | "read-only" | "file" | "nothing";

/**
 * Windows, where something is at the target: `refusals` are the codes with which it answers as long as that is in the way.
 *
 * @param confirm called before each try.
 */
function windowsWith(kind: Kind, refusals: readonly string[] = [], confirm?: MoveOptions["confirm"]) {
  const done: string[] = [];
  let there = kind;
  const refused = [...refusals];
  const calls = {
    async rename() {
      const code = there === "file" || there === "nothing" ? refused.shift() : "EPERM";
      done.push(`rename${code ? ` ${code}` : ""}`);
      if (code) throw Object.assign(new Error(`${code}: operation not permitted`), { code });
    },
    async lstat() {
      if (there === "nothing") throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
      const mode = there === "read-only" ? 0o100444 : 0o100666;
      return { mode, isDirectory: () => there === "folder", isSymbolicLink: () => there === "link" } as Stats;
    },
    async chmod(_path: string, mode: number) {
      done.push(`chmod ${mode.toString(8)}`);
      there = mode & 0o200 ? "file" : "read-only";
    },
    async unlink() {
      const code = there === "link" ? undefined : refused.shift();
      done.push(`unlink${code ? ` ${code}` : ""}`);
      // Node makes a file writable before it removes it.
      if (there === "read-only") there = "file";
      if (code) throw Object.assign(new Error(`${code}: operation not permitted`), { code });
      there = "nothing";
    },
  } as unknown as MoveCalls;
  const clock = { nowMs: 0 };
  const wait = async (delayMs: number) => {
    clock.nowMs += delayMs;
  };
  const options = (isWindows: boolean) => ({
    calls,
    patience: new Patience({ isWindows, now: () => clock.nowMs, wait }),
    ...(confirm ? { confirm } : {}),
  });
  const move = (isWindows = true) => moveFile("D:\\.s3.part", "D:\\a", new Disk(), options(isWindows));
  const remove = () => removeFile("D:\\a", options(true));
  return { done, move, remove, kindThere: () => there };
}

describe("a file that gets its name on Windows", () => {
  it("replaces a read-only file at once", async () => {
    const { done, move } = windowsWith("read-only");
    await move();
    assert.deepEqual(done, ["rename EPERM", "chmod 666", "rename"]);
  });

  it("replaces a junction, and not what it leads to", async () => {
    const { done, move } = windowsWith("link");
    await move();
    assert.deepEqual(done, ["rename EPERM", "unlink", "rename"]);
  });

  it("replaces a read-only file that is open for a moment", async () => {
    const { done, move } = windowsWith("read-only", ["EPERM", "EBUSY"]);
    await move();
    const refused = (code: string) => ["rename EPERM", "chmod 666", `rename ${code}`, "chmod 444"];
    assert.deepEqual(done, [...refused("EPERM"), ...refused("EBUSY"), "rename EPERM", "chmod 666", "rename"]);
  });

  it("leaves a file read-only that it cannot replace", async () => {
    const held = windowsWith("read-only", Array(1000).fill("EBUSY"));
    await assert.rejects(held.move(), { code: "file-in-use" });
    assert.deepEqual([held.kindThere(), held.done.at(-1)], ["read-only", "chmod 444"]);
    const full = windowsWith("read-only", ["ENOSPC"]);
    await assert.rejects(full.move(), { code: "ENOSPC" });
    assert.equal(full.kindThere(), "read-only");
  });

  it("is not moved once the folder leads elsewhere, however long it was waited for", async () => {
    const exchanged = new Error("the folder was replaced");
    let tries = 0;
    const confirm = async () => {
      if (++tries === 3) throw exchanged;
    };
    const { done, move } = windowsWith("file", Array(1000).fill("EBUSY"), confirm);
    await assert.rejects(move(), exchanged);
    assert.deepEqual(done, ["rename EBUSY", "rename EBUSY"]);
  });

  it("does not wait for a folder to go away", async () => {
    const { done, move } = windowsWith("folder");
    await assert.rejects(move(), {
      code: "path-taken",
      message:
        "there is a folder of the same name: D:\\a. Remove or rename that folder, or choose another target folder",
    });
    assert.deepEqual(done, ["rename EPERM"]);
  });

  it("waits for a file that another program has open, and names it in the end", async () => {
    const brief = windowsWith("file", ["EPERM", "EACCES", "EBUSY"]);
    await brief.move();
    assert.deepEqual(brief.done, ["rename EPERM", "rename EACCES", "rename EBUSY", "rename"]);
    const long = windowsWith("file", Array(1000).fill("EBUSY"));
    await assert.rejects(long.move(), { code: "file-in-use" });
  });

  it("is refused at once on other systems", async () => {
    for (const kind of ["read-only", "link", "folder"] as const) {
      const { done, move } = windowsWith(kind);
      await assert.rejects(move(false), { code: "EPERM" });
      assert.deepEqual(done, ["rename EPERM"]);
    }
  });
});

describe("a file that is removed on Windows", () => {
  it("may be read-only, or open for a moment, or gone", async () => {
    for (const [kind, refusals, calls] of [
      ["read-only", [], ["unlink"]],
      ["file", ["EBUSY", "EPERM"], ["unlink EBUSY", "unlink EPERM", "unlink"]],
      ["nothing", ["ENOENT"], ["unlink ENOENT"]],
      ["link", [], ["unlink"]],
    ] as const) {
      const { done, remove } = windowsWith(kind, refusals);
      await remove();
      assert.deepEqual(done, calls);
    }
  });

  it("stays read-only if it cannot be removed", async () => {
    const { remove, kindThere } = windowsWith("read-only", Array(1000).fill("EPERM"));
    await assert.rejects(remove(), { code: "file-in-use" });
    assert.equal(kindThere(), "read-only");
  });

  it("is not removed once the folder leads elsewhere, however long it was waited for", async () => {
    const exchanged = new Error("the folder was replaced");
    let tries = 0;
    const confirm = async () => {
      if (++tries === 3) throw exchanged;
    };
    const { done, remove } = windowsWith("file", Array(1000).fill("EBUSY"), confirm);
    await assert.rejects(remove(), exchanged);
    assert.deepEqual(done, ["unlink EBUSY", "unlink EBUSY"]);
  });

  it("is not a folder", async () => {
    const { done, remove } = windowsWith("folder");
    await assert.rejects(remove(), { code: "path-taken" });
    assert.deepEqual(done, []);
  });
});
