import assert from "node:assert/strict";
import { runInTask } from "./run-in-task.ts";

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
});
