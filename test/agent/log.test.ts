import assert from "node:assert/strict";
import { runInTask } from "./run-in-task.ts";

/** For lines that replace timers, which the next task in the same process would have too. */
const OWN_PROCESS = { nodePath: process.execPath };

describe("the log", () => {
  it("has no line longer than 8,000 characters, and each error and warning keeps its code", async () => {
    const { result, rawOutput, issues } = await runInTask(`
      import { log } from "../../src/agent/log.ts";
      import { runTask } from "../../src/agent/run-task.ts";
      const long = "word ".repeat(100_000);
      void runTask(async () => {
        log.info(long);
        log.info("\\u0001".repeat(100_000));
        log.warning("file-skipped", long);
        return { outputs: {}, errors: [{ code: "server-error", message: long }] };
      });
    `);
    assert.equal(result, "Failed");
    const lengths = rawOutput.split("\n").map((line) => line.length);
    assert.ok(Math.max(...lengths) <= 8000, String(Math.max(...lengths)));
    assert.ok(lengths.filter((length) => length > 7000).length >= 4);
    assert.match(issues[0]?.message ?? "", /^word word .* word… \[file-skipped\]$/);
    assert.match(issues[1]?.message ?? "", /^word word .* word… \[server-error\]$/);
  });

  it("has no longer line where several things went wrong", async () => {
    const { rawOutput, issues } = await runInTask(`
      import { runTask } from "../../src/agent/run-task.ts";
      const errors = [1, 2].map((n) => ({ code: "server-error" as const, message: "x".repeat(n * 50_000) }));
      void runTask(async () => ({ outputs: {}, errors }));
    `);
    assert.ok(rawOutput.split("\n").every((line) => line.length <= 8000));
    assert.deepEqual(
      issues.map(({ message }) => /^x{7000,}… \[server-error\]$/.test(message)),
      [true, true],
    );
  });

  it("has a warning once, and once what is logged once", async () => {
    const { log, issues } = await runInTask(`
      import { log } from "../../src/agent/log.ts";
      import { runTask } from "../../src/agent/run-task.ts";
      void runTask(async () => {
        for (const name of ["a", "b", "a"]) {
          log.warning("file-skipped", name + " is skipped.");
          log.infoOnce("Using the proxy " + name);
          log.info("Publishing");
        }
        return { outputs: {}, errors: [] };
      });
    `);
    assert.deepEqual(
      issues.map(({ message }) => message),
      ["a is skipped. [file-skipped]", "b is skipped. [file-skipped]"],
    );
    const lines = log.filter((line) => /^(?:Using|Publishing)/.test(line));
    assert.deepEqual(lines, ["Using the proxy a", "Publishing", "Using the proxy b", "Publishing", "Publishing"]);
  });

  it("folds a list under its title, until any other message ends it", async () => {
    const { log } = await runInTask(`
      import { log } from "../../src/agent/log.ts";
      log.item("Uploaded files", "  a ##[error]");
      log.progress("50 %");
      log.item("Uploaded files", "  b");
      log.item("Deleted files", "  c");
      log.warning("file-skipped", "d");
      log.item("Deleted files", "  e");
      log.endList();
      log.info("f");
    `);
    const from = log.indexOf("##[group]Uploaded files");
    assert.deepEqual(log.slice(from, -1), [
      "##[group]Uploaded files",
      "  a ## [error]",
      "50 %",
      "  b",
      "##[endgroup]",
      "##[group]Deleted files",
      "  c",
      "##[endgroup]",
      "##[warning]d [file-skipped]",
      "##[group]Deleted files",
      "  e",
      "##[endgroup]",
      "f",
    ]);
  });

  it("says what a transfer waits for if nothing moves, as long as files are missing", async () => {
    const { log } = await runInTask(
      `
      import { TransferProgress } from "../../src/agent/progress.ts";
      let tick = () => {};
      globalThis.setInterval = ((each: () => void) => ((tick = each), 0)) as never;
      const progress = new TransferProgress(2, 10);
      const wait = () => { for (let turn = 0; turn < 15; turn++) tick(); };
      wait();
      wait();
      progress.addBytes(5);
      progress.addFile();
      tick();
      wait();
      progress.addFile();
      wait();
    `,
      OWN_PROCESS,
    );
    const waits = log.filter((line) => line.startsWith("Waiting"));
    const line = (seconds: number, done: number) =>
      `Waiting for the server: no data was sent or received for ${seconds} s, ${done} of 2 files are done. Failed requests are tried again`;
    assert.deepEqual(waits, [line(30, 0), line(60, 0), line(30, 1)]);
  });

  it("says how far the check and the extraction of archives are, and not that they wait for the server", async () => {
    const { log } = await runInTask(
      `
      import { TransferProgress } from "../../src/agent/progress.ts";
      let tick = () => {};
      globalThis.setInterval = ((each: () => void) => ((tick = each), 0)) as never;
      const wait = () => { for (let turn = 0; turn < 15; turn++) tick(); };
      const archives = new TransferProgress(2, 10, "check-archives");
      wait();
      archives.addBytes(10);
      archives.addFile();
      tick();
      wait();
      const files = new TransferProgress(3000, 0, "extract");
      wait();
      files.addFile();
      tick();
      wait();
    `,
      OWN_PROCESS,
    );
    assert.deepEqual(
      log.filter((line) => /^[A-Z][a-z]+ing/.test(line)),
      [
        "Waiting for the server: no data was sent or received for 30 s, 0 of 2 files are done. Failed requests are tried again",
        "Checking the archives: 1 of 2 are checked",
        "Extracting: 0 of 3,000 files are in the target folder",
        "Extracting: 1 of 3,000 files are in the target folder",
      ],
    );
    assert.deepEqual(
      log.filter((line) => line.startsWith("0 %: ")),
      ["0 %: 1 of 3,000 files"],
    );
  });

  it("reports no progress when all files are done, although the bytes of compressed files are fewer", async () => {
    const { log } = await runInTask(
      `
      import { TransferProgress } from "../../src/agent/progress.ts";
      let tick = () => {};
      globalThis.setInterval = ((each: () => void) => ((tick = each), 0)) as never;
      const progress = new TransferProgress(2, 10);
      for (let file = 0; file < 2; file++) {
        progress.addBytes(3);
        progress.addFile();
        tick();
      }
    `,
      OWN_PROCESS,
    );
    assert.deepEqual(
      log.flatMap((line) => /^\d+ %: (\d) of 2 files/.exec(line)?.[1] ?? []),
      ["1"],
    );
  });

  it("reports the progress of a long transfer more and more seldom, and every two seconds in the progress bar", async () => {
    const { log, progress } = await runInTask(
      `
      import { TransferProgress } from "../../src/agent/progress.ts";
      let tick = () => {};
      let nowMs = 0;
      globalThis.setInterval = ((each: () => void) => ((tick = each), 0)) as never;
      performance.now = () => nowMs;
      const transfer = new TransferProgress(2000, 2000);
      for (; nowMs < 600_000; transfer.addBytes(1), tick()) nowMs += 2_000;
    `,
      OWN_PROCESS,
    );
    const seconds = log
      .flatMap((line) => /, (\d+) B of 2\.0 KB, /.exec(line)?.[1] ?? [])
      .map((bytes) => Number(bytes) * 2);
    assert.deepEqual(seconds, [2, 4, 6, 10, 16, 24, 36, 54, 82, 124, 184, 244, 304, 364, 424, 484, 544]);
    assert.equal(progress.length, 300);
  });
});
