import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildZip } from "../extract/build-zip.ts";
import { assertDownloaded, assertFailedWith, downloadBench } from "../tasks/download-bench.ts";
import { outcomeOf } from "../tasks/upload-bench.ts";
import { holdFile, runWithCtrlC } from "./ctrl-c.ts";

/** The name in 8.3 form by which the disk knows a file too. */
function shortNameOf(path: string): string {
  const command = ["/d", "/c", `dir /x "${dirname(path)}"`];
  const { stdout } = spawnSync("cmd.exe", command, { encoding: "utf8", windowsVerbatimArguments: true });
  const line = stdout.split(/\r?\n/).find((each) => each.endsWith(` ${basename(path)}`)) ?? "";
  const [shortName = ""] = /\S*~\S*/.exec(line) ?? [];
  assert.notEqual(shortName, "", stdout);
  return shortName;
}

describe("AwsS3Download on Windows", () => {
  const bench = downloadBench("embedded");
  const OUT = "Exclude it with a pattern (globExpressions).";

  describe("and names that the disk folds", () => {
    it("updates a file whose name differs in case, and knows it for unchanged", async () => {
      await bench.put({ "docs/README.md": "new text", "docs/same.txt": "same" });
      bench.landing.write({ "Docs/readme.md": "old", "Docs/SAME.TXT": "same" });
      assertDownloaded(await bench.download({ deleteExtra: "true" }), { updated: 1, unchanged: 1, bytes: 8 });
      assert.equal(readFileSync(join(bench.landing.path, "docs/README.md"), "utf8"), "new text");
      assert.equal(Object.keys(bench.landing.read()).length, 2);
    });

    it("replaces nothing by its short name", async () => {
      bench.landing.write({ "longname.config": "precious", "Long folder name/a.txt": "precious" });
      const shortFile = shortNameOf(join(bench.landing.path, "longname.config"));
      const shortFolder = shortNameOf(join(bench.landing.path, "Long folder name"));
      const before = bench.landing.read();
      await bench.put({ [shortFile]: "attack", [`${shortFolder}/a.txt`]: "attack", "b.txt": "b" });
      for (const overwrite of ["always", "changed", "never"]) {
        assertFailedWith(await bench.download({ overwrite }), [
          ...[
            [`${shortFile}`, shortFile, "longname.config"],
            [`${shortFolder}/a.txt`, shortFolder, "Long folder name"],
          ]
            .sort(([one = ""], [other = ""]) => (one < other ? -1 : 1))
            .map(
              ([key, path, there]) =>
                `sourceFolder: ${key} cannot become a file: on this disk, ${path} is another name of ${there}. ${OUT} [file-names-in-conflict]`,
            ),
        ]);
        assert.deepEqual(bench.landing.read(), before);
      }
    });

    it("replaces nothing by the short name of what came in the same step", async () => {
      bench.landing.write({ "longname.config": "x" });
      const shortFile = shortNameOf(join(bench.landing.path, "longname.config"));
      bench.landing.remove();
      mkdirSync(bench.landing.path, { recursive: true });
      await bench.put({ "longname.config": "first", [shortFile]: "second" });
      const result = await bench.download();
      const files = bench.landing.read();
      if (Object.keys(files).length === 2) assertDownloaded(result, { new: 2, bytes: 11 });
      else assert.match(outcomeOf(result).errors?.[0] ?? "", /is another name of .*, which was not changed/);
    });

    it("keeps files apart whose names other disks fold, in a deletion too", async () => {
      await bench.put({ "STRASSE.txt": "12345", "I.txt": "1" });
      bench.landing.write({ "stra\u00dfe.txt": "54321", "\u0131.txt": "2" });
      const result = await bench.download({ deleteExtra: "true", maxDelete: "100%", compareBy: "size" });
      assertDownloaded(result, { new: 2, deleted: 2, bytes: 6 });
      assert.deepEqual(bench.landing.read(), { "I.txt": "1", "STRASSE.txt": "12345" });
    });

    it("writes both of two keys that other disks fold, with a warning, and not two that differ in case", async () => {
      await bench.put({ "a/stra\u00dfe.txt": "1", "a/strasse.txt": "22" });
      const result = await bench.download();
      assert.deepEqual(outcomeOf(result).warnings, [
        "sourceFolder: on some disks, these names are the same: a/strasse.txt, a/stra\u00dfe.txt. On such a disk the step fails, so that no file replaces another. [file-names-in-conflict]",
      ]);
      assert.deepEqual(bench.landing.read(), { "a/strasse.txt": "22", "a/stra\u00dfe.txt": "1" });
      await bench.put({ "A/STRASSE.txt": "333" });
      assert.deepEqual(outcomeOf(await bench.download()).errors, [
        `sourceFolder: A/STRASSE.txt and a/strasse.txt cannot both exist on this disk. ${OUT} [file-names-in-conflict]`,
      ]);
    });

    it("makes way for a file and a folder whose names differ in case, and keeps a folder of the bucket", async () => {
      await bench.put({ Docs: "a file", "Bin/a.exe": "a", "Empty/": "" });
      bench.landing.write({ "docs/old.txt": "o", bin: "a file", "empty/old.txt": "o" });
      const result = await bench.download({ deleteExtra: "true", maxDelete: "100%" });
      assertDownloaded(result, { new: 2, deleted: 3, bytes: 7 });
      assert.deepEqual(
        readdirSync(bench.landing.path)
          .map((name) => name.toLowerCase())
          .sort(),
        ["bin", "docs", "empty"],
      );
    });

    it("leaves a repository's history alone, however it is spelled", async () => {
      bench.landing.write({ ".git/config": "precious" });
      await bench.put({
        ".GIT/config": "attack",
        ".Git/hooks/post-checkout": "attack",
        "GIT~1/config": "attack",
        "a.txt": "a",
      });
      assertDownloaded(await bench.download({ overwrite: "never" }), { new: 1, bytes: 1 });
      assertDownloaded(await bench.download({ overwrite: "always" }), { updated: 1, bytes: 1 });
      assert.deepEqual(bench.landing.read(), { ".git/config": "precious", "a.txt": "a" });
    });

    it("extracts nothing into a repository's history", async () => {
      bench.landing.write({ ".git/config": "precious" });
      for (const name of [".GIT/config", "GIT~1/hooks/post-checkout"]) {
        await bench.put({ "a.zip": buildZip([{ name, content: "attack" }]) });
        const { errors = [] } = outcomeOf(await bench.download({ sourceFolder: "a.zip", extract: "true" }));
        assert.match(errors.join(), /on some disks, \S+ is another name of \.git/);
      }
      assert.deepEqual(bench.landing.read(), { ".git/config": "precious" });
    });
  });

  describe("and files that cannot be replaced at once", () => {
    it("replaces and deletes read-only files", async () => {
      await bench.put({ "a.txt": "new", "sub/b.txt": "new" });
      bench.landing.write({ "a.txt": "old", "sub/b.txt": "old", "extra.txt": "x" });
      for (const path of ["a.txt", "sub/b.txt", "extra.txt"]) chmodSync(join(bench.landing.path, path), 0o444);
      const startMs = performance.now();
      const inputs = { deleteExtra: "true", maxDelete: "100%", overwrite: "always" };
      assertDownloaded(await bench.download(inputs), { updated: 2, deleted: 1, bytes: 6 });
      assert.deepEqual(bench.landing.read(), { "a.txt": "new", "sub/b.txt": "new" });
      assert.notEqual(statSync(join(bench.landing.path, "a.txt")).mode & 0o200, 0);
      assert.ok(performance.now() - startMs < 20_000);
    });

    it("waits for a file that another program has open", async () => {
      await bench.put({ "a.txt": "new" });
      bench.landing.write({ "a.txt": "old", "extra.txt": "x" });
      const held = await Promise.all(
        ["a.txt", "extra.txt"].map((name) => holdFile(join(bench.landing.path, name), 4_000)),
      );
      const inputs = { deleteExtra: "true", maxDelete: "100%", overwrite: "always" };
      assertDownloaded(await bench.download(inputs), { updated: 1, deleted: 1, bytes: 3 });
      await Promise.all(held.map(({ released }) => released));
      assert.deepEqual(bench.landing.read(), { "a.txt": "new" });
    });

    it("leaves a read-only file as it was if it is cancelled while it waits for it", async () => {
      await bench.put({ "a.txt": "new" });
      bench.landing.write({ "a.txt": "old" });
      const path = join(bench.landing.path, "a.txt");
      chmodSync(path, 0o444);
      const held = await holdFile(path, 600_000);
      const cancel = new AbortController();
      const step = { runProcess: runWithCtrlC, cancel: cancel.signal };
      const running = bench.download({ overwrite: "always" }, step);
      while (readdirSync(bench.landing.path).length === 1) await sleep(50);
      // It tries to replace the file until then.
      await sleep(1_000);
      cancel.abort();
      const { result, log } = await running;
      held.release();
      await held.released;
      assert.equal(result, "Canceled", log.join("\n"));
      assert.deepEqual(bench.landing.read(), { "a.txt": "old" });
      assert.equal(statSync(path).mode & 0o200, 0);
      chmodSync(path, 0o666);
    });

    it("does not wait for a folder to go away", async () => {
      await bench.put({ "a.txt": "new" });
      bench.landing.write({ "a.txt/b": "b" });
      const startMs = performance.now();
      assertFailedWith(await bench.download({ overwrite: "always" }), [
        `a.txt was not downloaded: there is a folder of the same name: ${join(bench.landing.path, "a.txt")}. Remove or rename that folder, or choose another target folder. [path-taken]`,
      ]);
      assert.ok(performance.now() - startMs < 20_000);
    });
  });

  describe("and paths of Windows", () => {
    it("takes a target in other spellings: drive in lower case, slashes, the mark of long paths", async () => {
      await bench.put({ "sub/a.txt": "a" });
      mkdirSync(bench.landing.path, { recursive: true });
      const path = realpathSync.native(bench.landing.path);
      assertDownloaded(await bench.download({ targetFolder: path.toLowerCase() }), { new: 1, bytes: 1 });
      for (const targetFolder of [path.replaceAll("\\", "/"), `\\\\?\\${path}`, `${path}\\`]) {
        assertDownloaded(await bench.download({ targetFolder }), { unchanged: 1 });
      }
    });

    it("refuses a target that Windows would change, or take for a device", async () => {
      for (const [name, why] of [
        ["con", '"con" is the name of a device on Windows'],
        ["out.", "the name of a file or folder in it ends with a dot or a space, which Windows removes"],
        ["a:b", "it has :, which Windows does not allow"],
      ]) {
        const targetFolder = `${bench.landing.path}\\${name}`;
        assertFailedWith(await bench.download({ targetFolder }), [
          `targetFolder: ${targetFolder} cannot be a folder: ${why}. Enter another folder. [path-invalid]`,
        ]);
      }
      assert.equal(existsSync(bench.landing.path), false);
    });

    it("takes a key prefix with backslashes, and patterns with CRLF", async () => {
      await bench.put({ "rel/1.2/a.txt": "a", "rel/1.2/b.pdb": "b" });
      const inputs = { sourceFolder: "rel\\1.2", globExpressions: "**\r\n!**/*.PDB\r\n", ignoreCase: "true" };
      assertDownloaded(await bench.download(inputs), { new: 1, bytes: 1 });
      assert.deepEqual(bench.landing.read(), { "a.txt": "a" });
    });

    it("makes paths of 600 characters", async () => {
      const key = `${Array(6).fill("folder-".repeat(14)).join("/")}/a.txt`;
      await bench.put({ [key]: "a" });
      assertDownloaded(await bench.download(), { new: 1, bytes: 1 });
      assertDownloaded(await bench.download(), { unchanged: 1 });
      assert.deepEqual(bench.landing.read(), { [key]: "a" });
    });
  });

  it("ends as cancelled by Ctrl-C, and leaves no part of a file", async () => {
    await bench.put({ "a.bin": Buffer.alloc(3 * 1024 ** 2), "b.txt": "b" });
    bench.fault({ operation: "GetObject", key: "a.bin" }, { kind: "slow", bytesPerSecond: 100_000 });
    const cancel = new AbortController();
    const running = bench.download({}, { runProcess: runWithCtrlC, cancel: cancel.signal });
    while (!existsSync(join(bench.landing.path, "b.txt"))) await sleep(50);
    cancel.abort();
    const result = await running;
    assert.equal(result.result, "Canceled", result.log.join("\n"));
    assert.match(result.log.join("\n"), /The step was cancelled: 1 of 2 actions are done/);
    assert.deepEqual(bench.landing.read(), { "b.txt": "b" });
  });
});
