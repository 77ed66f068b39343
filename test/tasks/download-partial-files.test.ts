import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { StepResult } from "../../local/agent/agent.ts";
import { assertDownloaded, downloadBench } from "./download-bench.ts";
import { FILE_FOR_THREADS_BYTES, HeldDigests } from "./held-digests.ts";
import { assertFailed } from "./step-result.ts";
import { MIB, patternedBytes } from "./stored-objects.ts";
import { ENDED_PID, temporaryNameOf } from "./temporary-names.ts";
import { unprivilegedNode } from "./unprivileged-node.ts";

/** In three ranges. */
const LARGE = 33 * MIB;
const SMALL_COUNT = 300;

describe("AwsS3Download never leaves a part of a file under its name,", () => {
  const bench = downloadBench("embedded");
  const large = patternedBytes(LARGE);
  const small = Object.fromEntries(
    Array.from({ length: SMALL_COUNT }, (_, index) => [`small/${index}.txt`, `${index} `.repeat(2_000)]),
  );
  const pidFile = () => join(bench.landing.outside, "pid");

  /** Downloads until `isFarEnough`, then interrupts it. */
  async function interrupt(
    how: "kill" | "cancel",
    isFarEnough: () => boolean,
    inputs: Readonly<Record<string, string>> = {},
  ): Promise<StepResult> {
    const cancel = new AbortController();
    const writePid = join(bench.landing.outside, "pid.cjs");
    bench.landing.write({
      "../pid.cjs": `require("node:fs").writeFileSync(${JSON.stringify(pidFile())}, String(process.pid))`,
    });
    const running = bench.download(inputs, { cancel: cancel.signal, env: { NODE_OPTIONS: `--require=${writePid}` } });
    for (let left = 2_000; !isFarEnough() && left > 0; left--) await sleep(5);
    if (how === "kill") process.kill(Number(readFileSync(pidFile(), "utf8")), "SIGKILL");
    else cancel.abort();
    return running;
  }

  /** What is in the folder, by the kind of its names. */
  function look() {
    const landed = Object.entries(bench.landing.read());
    const isTemporary = (path: string) => /(^|\/)\.s3-[^/]+\.part$/.test(path);
    return {
      files: Object.fromEntries(landed.filter(([path]) => !isTemporary(path))),
      temporary: landed.filter(([path]) => isTemporary(path)).map(([path]) => path),
    };
  }

  /** A step that was cancelled leaves outputs, a plan file and a summary, which all say the same. */
  function assertTellsWhatWasDone(result: StepResult): void {
    const done = bench.planOf(result).actions.filter(({ status }) => status === "done").length;
    assert.equal(result.outputVariables.filesDownloaded?.value, String(done));
    assert.ok(done > 0 && done < SMALL_COUNT, `${done} actions`);
    const cancelled = `The step was cancelled: ${done} of ${SMALL_COUNT} actions are done. The plan file lists them all. Run the step again to do the rest. [cancelled]`;
    assert.ok(result.log.includes(`##[error]${cancelled}`), result.log.join("\n"));
    const summaries = result.attachments.filter(({ type }) => type === "DistributedTask.Core.Summary");
    assert.equal(summaries.length, 1);
    assert.match(summaries[0]?.content ?? "", /The step was cancelled/);
  }

  for (const how of ["kill", "cancel"] as const) {
    it(`a large one, whoever may ${how} it in the middle, and the next run completes it`, async () => {
      await bench.put({ "folder/large.bin": large });
      bench.landing.write({ "folder/large.bin": "as it was" });
      const slow = bench.fault({ operation: "GetObject" }, { kind: "slow", bytesPerSecond: 10 * MIB });
      const result = await interrupt(how, () => slow.hits === 3 && look().temporary.length > 0);
      slow.remove();
      assert.equal(result.result, how === "kill" ? "Failed" : "Canceled");
      assert.deepEqual(look().files, { "folder/large.bin": "as it was" });
      assert.equal(look().temporary.length, how === "kill" ? 1 : 0);

      assertDownloaded(await bench.download(), { updated: 1, bytes: LARGE });
      assert.deepEqual(look().temporary, []);
      assert.ok(Buffer.from(look().files["folder/large.bin"] ?? "", "latin1").equals(large));
    });

    it(`a large one where another file is deleted, whoever may ${how} it in the middle`, async () => {
      await bench.put({ "a/large.bin": large, "b.txt": "b" });
      bench.landing.write({ a: "as it was" });
      const inputs = { deleteExtra: "true", maxDelete: "100%" };
      const match = { operation: "GetObject", key: "a/large.bin" };
      const slow = bench.fault(match, { kind: "slow", bytesPerSecond: 10 * MIB });
      await interrupt(how, () => slow.hits === 3 && "b.txt" in look().files, inputs);
      slow.remove();
      assert.deepEqual(look().files, { a: "as it was", "b.txt": "b" });

      assertDownloaded(await bench.download(inputs), { new: 1, unchanged: 1, deleted: 1, bytes: LARGE });
      assert.deepEqual(look().temporary, []);
      assert.deepEqual(Object.keys(look().files), ["a/large.bin", "b.txt"]);
    });

    it(`many small ones, whoever may ${how} it in the middle, and the next run brings the rest`, async () => {
      await bench.put(small);
      bench.fault({ operation: "GetObject" }, { kind: "slow", bytesPerSecond: 40_000 }, { times: 150 });
      const folder = join(bench.landing.path, "small");
      const result = await interrupt(how, () => existsSync(folder) && readdirSync(folder).length > 100);
      assert.equal(result.result, how === "kill" ? "Failed" : "Canceled");
      if (how === "cancel") assertTellsWhatWasDone(result);
      const { files } = look();
      const came = Object.keys(files).length;
      assert.ok(came > 30 && came < SMALL_COUNT, `${came} files`);
      for (const [path, content] of Object.entries(files)) assert.equal(content, small[path], path);

      const rest = await bench.download();
      assert.deepEqual(bench.landing.read(), Object.fromEntries(Object.entries(small).sort()));
      assert.equal(rest.outputVariables.filesDownloaded?.value, String(SMALL_COUNT - came));
      assert.equal(rest.outputVariables.filesUnchanged?.value, String(came));
    });
  }

  it("ends at once when it is cancelled while the server does not answer", async () => {
    await bench.put({ "a.txt": "a" });
    const hung = bench.fault({ operation: "GetObject" }, { kind: "hang" });
    const result = await interrupt("cancel", () => hung.hits > 0);
    assert.deepEqual([result.result, result.exitCode], ["Canceled", 0]);
    const cancelled =
      "The step was cancelled: 0 of 1 actions are done. The plan file lists them all. Run the step again to do the rest. [cancelled]";
    assert.ok(result.log.includes(`##[error]${cancelled}`), result.log.join("\n"));
    assert.deepEqual(look(), { files: {}, temporary: [] });
  });

  it("ends at once when it is cancelled while it computes the checksum of a file", async () => {
    await bench.put({ "large.bin": Buffer.alloc(FILE_FOR_THREADS_BYTES) });
    const held = new HeldDigests(bench.landing.outside);
    const result = await bench.download({}, held.step);
    assert.ok(held.haveBegun);
    assert.deepEqual([result.result, result.exitCode], ["Canceled", 0]);
    assert.deepEqual(look(), { files: {}, temporary: [] });
  });

  it("removes no temporary file of a run that still goes on", async () => {
    const [mine, gone] = [temporaryNameOf(process.pid), temporaryNameOf(ENDED_PID)];
    const ofOtherMachine = `.s3-00000000-${ENDED_PID}-0123456789.part`;
    bench.landing.write({
      [mine]: "mine",
      [`${ofOtherMachine}/b/c.txt`]: "of a machine whose processes are not known here",
      [`a/${gone}`]: "gone",
      // Where archives were extracted.
      [`${gone}/b/c.txt`]: "gone",
      ".s3-notes.part": "no temporary file",
    });
    await bench.put({ "a.txt": "a" });
    assertDownloaded(await bench.download({ deleteExtra: "true", maxDelete: "100%" }), {
      new: 1,
      deleted: 1,
      bytes: 1,
    });
    const kept = Object.keys(bench.landing.read()).sort();
    assert.deepEqual(kept, [`${ofOtherMachine}/b/c.txt`, mine, "a.txt", "a/"].sort());
  });

  it("leaves everything as it was where a file cannot be written, and names it", async function () {
    const nodePath = unprivilegedNode(bench.landing.outside);
    if (nodePath === undefined) this.skip();
    await bench.put({ "a.txt": "new", "locked/b.txt": "new", "z.txt": "new" });
    bench.landing.write({ "a.txt": "old", "locked/b.txt": "old" });
    chmodSync(join(bench.landing.path, "locked"), 0o555);
    const result = await bench.download({}, { nodePath });
    chmodSync(join(bench.landing.path, "locked"), 0o755);
    const [error = "", ...others] = result.issues.map(({ message }) => message);
    assert.match(
      error,
      /^locked\/b\.txt was not downloaded: EACCES: permission denied, open '.*\/locked\/\.s3-.*\.part'\. Check that the agent's user has access there\. \[file-access-denied\]$/,
    );
    assert.deepEqual([result.result, others], ["Failed", []]);
    assert.deepEqual(bench.landing.read(), { "a.txt": "new", "locked/b.txt": "old", "z.txt": "new" });
  });

  it("says that the target folder is a link that leads nowhere", async function () {
    if (process.platform === "win32") this.skip();
    await bench.put({ "a.txt": "a" });
    const link = join(bench.landing.outside, "link");
    symlinkSync(join(bench.landing.outside, "nothing"), link);
    const { issues } = await bench.download({ targetFolder: link });
    assert.deepEqual(
      issues.map(({ message }) => message),
      [`${link} is a symbolic link that leads nowhere. Remove it, or choose another folder [path-taken]`],
    );
  });

  it("says which folder it cannot write into", async function () {
    const nodePath = unprivilegedNode(bench.landing.outside);
    if (nodePath === undefined) this.skip();
    await bench.put({ "a.txt": "a" });
    mkdirSync(bench.landing.path, { mode: 0o555 });
    assertFailed(await bench.download({}, { nodePath }), [
      `targetFolder: the task cannot write to ${bench.landing.path}: EACCES: permission denied. Give the agent's user write access, or enter another folder. [file-access-denied]`,
    ]);
  });
});
