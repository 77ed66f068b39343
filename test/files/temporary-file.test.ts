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
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { mock } from "node:test";
import { Disk } from "../../src/files/disk.ts";
import {
  discard,
  isLeftover,
  isTemporary,
  publish,
  temporaryPathFor,
  writeWhole,
} from "../../src/files/temporary-file.ts";

const MODIFIED_MS = 1_700_000_000_123;
const HOUR_MS = 3_600_000;

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
      assert.ok(basename(path).length < 50 && isTemporary(basename(path)));
    }
    const others = [
      "a.part",
      ".s3-1.part",
      ".s3-0-00000000a.part",
      ".s3-1-00000000a.part.txt",
      ".s3-1-1-00000000a.part",
      "x.s3-1-00000000a.part",
    ];
    assert.deepEqual(others.filter(isTemporary), []);
  });

  it("are left over where their process is gone, though another one may have its id", () => {
    const own = temporaryPathFor(join(folder, "a"));
    const named = (pid: number) => own.replace(/\d+-\w+\.part$/, `${pid}-000000000.part`);
    const { pid: endedPid } = spawnSync(process.execPath, ["--version"]);
    assert.deepEqual([own, named(process.pid), named(endedPid), named(process.ppid), "file.part"].map(isLeftover), [
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it("of other machines and containers, and of earlier versions, are left over a day after their last change", () => {
    const names = [".s3-00000000-999999-000000000.part", ".s3-999999-000000000.part"];
    const paths = names.map((name) => join(folder, name));
    const [asFolder = "", asFile = ""] = paths;
    const extracted = join(asFolder, "a", "b.txt");
    mkdirSync(dirname(extracted), { recursive: true });
    for (const path of [extracted, asFile]) {
      writeFileSync(path, "");
      utimesSync(path, 0, 0);
    }
    mock.timers.enable({ apis: ["Date"], now: Date.now() });
    try {
      assert.deepEqual(paths.map(isLeftover), [false, false]);
      mock.timers.tick(23 * HOUR_MS);
      assert.deepEqual(paths.map(isLeftover), [false, false]);
      mock.timers.tick(2 * HOUR_MS);
      assert.deepEqual(paths.map(isLeftover), [true, true]);
      utimesSync(extracted, Date.now() / 1000, Date.now() / 1000);
      assert.deepEqual(paths.map(isLeftover), [false, true]);
    } finally {
      mock.timers.reset();
    }
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
