import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Disk } from "../../src/files/disk.ts";
import {
  discard,
  isLeftover,
  isTemporaryName,
  publish,
  temporaryPathFor,
  writeWhole,
} from "../../src/files/temporary-file.ts";

const MODIFIED_MS = 1_700_000_000_123;

describe("temporary files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "temporary-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("stand beside the file, under short names of their own", () => {
    const paths = Array.from({ length: 1000 }, () => temporaryPathFor(join(folder, "x".repeat(255))));
    assert.equal(new Set(paths).size, paths.length);
    for (const path of paths) {
      assert.equal(dirname(path), folder);
      assert.ok(basename(path).length < 50 && isTemporaryName(basename(path)));
    }
    const others = [
      "a.part",
      ".s3-1.part",
      ".s3-0-00000000a.part",
      ".s3-1-00000000a.part.txt",
      "x.s3-1-00000000a.part",
    ];
    assert.deepEqual(others.filter(isTemporaryName), []);
  });

  it("are left over where their process is gone, though another one may have its id", () => {
    const own = basename(temporaryPathFor(join(folder, "a")));
    const named = (pid: number | undefined) => own.replace(/^\.s3-\d+-.{8}/, `.s3-${pid}-00000000`);
    const { pid: endedPid } = spawnSync(process.execPath, ["--version"]);
    assert.deepEqual([own, named(process.pid), named(endedPid), named(process.ppid), "file.part"].map(isLeftover), [
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it("become the file, with its time, in place of whatever stood there", async () => {
    const paths = ["new", "old", "link"].map((name) => join(folder, name));
    writeFileSync(join(folder, "old"), "old");
    writeFileSync(join(folder, "kept"), "kept");
    symlinkSync("kept", join(folder, "link"));
    const slowDisk = new Disk(-1);
    for (let call = 0; call < 16; call++) await slowDisk.call(() => undefined, assert.fail);
    for (const [index, path] of paths.entries()) {
      const disk = index === 0 ? new Disk() : slowDisk;
      const temporaryPath = temporaryPathFor(path);
      await writeWhole(temporaryPath, Buffer.from("content"), MODIFIED_MS, disk);
      await assert.rejects(writeWhole(temporaryPath, Buffer.from("other"), MODIFIED_MS, disk), { code: "EEXIST" });
      await publish(temporaryPath, path, disk);
      const { mtimeMs, atimeMs } = statSync(path);
      assert.deepEqual(
        [readFileSync(path, "utf8"), Math.round(mtimeMs), Math.round(atimeMs)],
        ["content", MODIFIED_MS, MODIFIED_MS],
      );
    }
    assert.equal(lstatSync(join(folder, "link")).isSymbolicLink(), false);
    assert.equal(readFileSync(join(folder, "kept"), "utf8"), "kept");
    assert.deepEqual(readdirSync(folder).sort(), ["kept", "link", "new", "old"]);
  });

  it("stay where they cannot become the file, until they are discarded", async () => {
    const path = join(folder, "a");
    mkdirSync(join(path, "b"), { recursive: true });
    const temporaryPath = temporaryPathFor(path);
    writeFileSync(temporaryPath, "content");
    await assert.rejects(publish(temporaryPath, path, new Disk()), {
      code: /^(EISDIR|ENOTEMPTY|EEXIST|path-taken)$/,
    });
    assert.deepEqual(readdirSync(folder).sort(), [basename(temporaryPath), "a"]);
    await discard(temporaryPath);
    await discard(temporaryPath);
    assert.deepEqual(readdirSync(folder), ["a"]);
  });
});
