import assert from "node:assert/strict";
import type { Stats } from "node:fs";
import { Disk } from "../../../src/files/disk.ts";
import { type MoveCalls, moveFile } from "../../../src/files/windows/move-file.ts";
import { Patience } from "../../../src/files/windows/patience.ts";

type Kind = "folder" | "link" | "read-only" | "file" | "nothing";

/** Windows, where something is at the target: `refusals` are the codes with which it answers as long as that is in the way. */
function windowsWith(kind: Kind, refusals: readonly string[] = []) {
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
    async chmod() {
      done.push("chmod");
      there = "file";
    },
    async unlink() {
      done.push("unlink");
      there = "nothing";
    },
  } as unknown as MoveCalls;
  const clock = { nowMs: 0 };
  const wait = async (delayMs: number) => {
    clock.nowMs += delayMs;
  };
  const move = (isWindows = true) =>
    moveFile("D:\\.s3.part", "D:\\a", new Disk(), {
      calls,
      patience: new Patience({ isWindows, now: () => clock.nowMs, wait }),
    });
  return { done, move };
}

describe("a file that gets its name on Windows", () => {
  it("replaces a read-only file at once", async () => {
    const { done, move } = windowsWith("read-only");
    await move();
    assert.deepEqual(done, ["rename EPERM", "chmod", "rename"]);
  });

  it("replaces a junction, and not what it leads to", async () => {
    const { done, move } = windowsWith("link");
    await move();
    assert.deepEqual(done, ["rename EPERM", "unlink", "rename"]);
  });

  it("replaces a read-only file that is open for a moment", async () => {
    const { done, move } = windowsWith("read-only", ["EPERM", "EBUSY"]);
    await move();
    assert.deepEqual(done, ["rename EPERM", "chmod", "rename EPERM", "rename EBUSY", "rename"]);
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
