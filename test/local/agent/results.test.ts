import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StepResult } from "../../../local/agent/agent.ts";
import { taskNode } from "../../../local/agent/task-node.ts";
import { mergeResults } from "../../../local/agent/task-result.ts";
import { ownLines, printing, runFake, temporaryFolder } from "./fake-task.ts";

describe("The result of a step", () => {
  const folder = temporaryFolder();
  const complete = (result: string, message = "") => `##vso[task.complete result=${result}]${message}`;

  const cases: [title: string, lines: string[], result: string][] = [
    ["is success where the task says nothing", [], "Succeeded"],
    ["is what the task says", [complete("SucceededWithIssues")], "SucceededWithIssues"],
    ["is the worst that the task says", [complete("Failed"), complete("Succeeded")], "Failed"],
    ["does not depend on the errors in the log", ["##vso[task.logissue type=error]bad"], "Succeeded"],
    ["is failure where the task names a result that there is not", [complete("failed")], "Failed"],
    ["may be that the task skipped its work", [complete("Skipped"), complete("Failed")], "Skipped"],
  ];
  for (const [title, lines, expected] of cases) {
    it(title, async () => {
      const { result, exitCode } = await runFake(folder(), { script: printing(...lines) });
      assert.deepEqual([result, exitCode], [expected, 0]);
    });
  }

  it("is failure where the process exits with another code than 0, whatever the task says", async () => {
    const script = `${printing(complete("Succeeded"))} process.exitCode = 3;`;
    const result = await runFake(folder(), { script });
    assert.deepEqual([result.result, result.exitCode], ["Failed", 3]);
    assert.deepEqual(result.issues, [
      {
        type: "error",
        message: `Exit code 3 returned from process: file name '${taskNode()}', arguments '"${join(folder(), "Fake/index.js")}"'.`,
      },
    ]);
  });

  it("is failure where the process is killed", async () => {
    const result = await runFake(folder(), { script: 'process.kill(process.pid, "SIGKILL")' });
    assert.deepEqual([result.result, result.exitCode], ["Failed", 137]);
  });

  it("is failure where Node.js or the script is not there", async () => {
    const noNode = await runFake(folder(), { script: "", request: { nodePath: "/nowhere/node" } });
    assert.deepEqual([noNode.result, noNode.exitCode], ["Failed", null]);
    const noScript = await runFake(folder(), { script: "", execution: { Node24: { target: "gone.js" } } });
    assert.deepEqual(ownLines(noScript), [`##[error]File not found: '${join(folder(), "Fake/gone.js")}'`]);
    const noHandler = await runFake(folder(), { script: "", execution: { PowerShell3: { target: "index.js" } } });
    assert.match(ownLines(noHandler)[0] ?? "", /not capable of running this task/);
  });

  it("becomes success with issues where the step continues on error", async () => {
    const { result } = await runFake(folder(), {
      script: printing(complete("Failed", "no luck")),
      request: { continueOnError: true },
    });
    assert.equal(result, "SucceededWithIssues");
  });

  it("is that of the last try where the task is retried, in the same folder", async () => {
    const result = await runFake(folder(), {
      script: `
        const { existsSync, writeFileSync } = require("node:fs");
        if (existsSync("tried")) return;
        writeFileSync("tried", "");
        console.log("##vso[task.complete result=Failed]not yet");`,
      request: { retryCountOnTaskFailure: 2 },
    });
    assert.equal(result.result, "Succeeded");
    assert.deepEqual(result.issues, [
      {
        type: "warning",
        message: "RetryHelper encountered task failure, will retry (attempt #: 1 out of 2) after 1000 ms",
      },
    ]);
  });

  it("merges to the worse, and what is worse than failure stays", () => {
    const order = ["Succeeded", "SucceededWithIssues", "Failed", "Canceled", "Skipped", "Abandoned"] as const;
    const merged = order.map((current) => order.map((coming) => order.indexOf(mergeResults(current, coming))));
    assert.deepEqual(merged, [
      [0, 1, 2, 3, 4, 5],
      [1, 1, 2, 3, 4, 5],
      [2, 2, 2, 3, 4, 5],
      [3, 3, 3, 3, 3, 3],
      [4, 4, 4, 4, 4, 4],
      [5, 5, 5, 5, 5, 5],
    ]);
  });
});

describe("The process of a task", () => {
  const folder = temporaryFolder();

  it("starts in the default working directory and has no standard input", async () => {
    const result = await runFake(folder(), {
      script: 'console.log(process.cwd(), JSON.stringify(require("node:fs").readFileSync(0, "utf8")))',
      request: { workFolder: folder() },
    });
    assert.deepEqual(ownLines(result), [`${join(folder(), "1/s")} ""`]);
  });

  it("is canceled by SIGINT, and the step is canceled whatever its exit code", async () => {
    const cancel = new AbortController();
    const result = await runFake(folder(), {
      script:
        'process.on("SIGINT", () => { console.log("stopping"); process.exit(0); }); setInterval(() => {}, 1e6); console.log("ready")',
      request: {
        cancel: cancel.signal,
        onLine: (line) => {
          if (line === "ready") cancel.abort();
        },
      },
    });
    assert.deepEqual([result.result, result.exitCode], ["Canceled", 0]);
    assert.deepEqual(ownLines(result), [
      "ready",
      "##[error]The Operation will be canceled. The next steps may not contain expected logs.",
      "stopping",
      "##[error]The operation was canceled.",
    ]);
  });

  it("is ended when its time is up, which is a failure", async () => {
    const result = await runFake(folder(), { script: "setInterval(() => {}, 1e6)", request: { timeoutMs: 200 } });
    assert.equal(result.result, "Failed");
    assert.deepEqual(ownLines(result), ["##[error]The task has timed out."]);
  });

  it("leaves no process behind", async () => {
    const pidFile = join(folder(), "pid");
    await runFake(folder(), {
      script: `
        const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
        require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
        child.unref();`,
    });
    const pid = Number(readFileSync(pidFile, "utf8"));
    assert.equal(await hasEnded(pid), true);
  });
});

describe("A task that does not end by itself", () => {
  const folder = mkdtempSync(join(tmpdir(), "local-test-"));
  let stubborn: Promise<StepResult>;
  let lingering: Promise<StepResult>;
  let cancelMs = 0;

  // Both take seconds, as they do with the real agent: they pass them together.
  before(() => {
    const cancel = new AbortController();
    let canceledAt = 0;
    stubborn = runFake(join(folder, "stubborn"), {
      script: `
        for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => console.log(signal));
        setInterval(() => {}, 1e6);
        console.log("ready")`,
      request: {
        cancel: cancel.signal,
        onLine: (line) => {
          if (line !== "ready") return;
          canceledAt = performance.now();
          cancel.abort();
        },
      },
    }).finally(() => {
      cancelMs = performance.now() - canceledAt;
    });
    lingering = runFake(join(folder, "lingering"), {
      script: `${printing("##vso[task.complete result=Succeeded;done=true]ok")} setInterval(() => {}, 1e6)`,
    });
  });
  after(() => rmSync(folder, { recursive: true }));

  it("gets SIGINT, 7.5 s later SIGTERM, and is killed 2.5 s after that", async () => {
    const result = await stubborn;
    assert.deepEqual([result.result, result.exitCode], ["Canceled", 137]);
    assert.deepEqual(ownLines(result), [
      "ready",
      "##[error]The Operation will be canceled. The next steps may not contain expected logs.",
      "SIGINT",
      "SIGTERM",
      "##[error]The operation was canceled.",
    ]);
    assert.ok(cancelMs > 9_900, `${cancelMs} ms`);
  }).timeout(120_000);

  it("is not waited for when it has said that it is done", async () => {
    const result = await lingering;
    assert.deepEqual([result.result, result.exitCode, result.resultMessage], ["Succeeded", null, "ok"]);
  });
});

/** Whether a killed process is gone, or soon will be: it is reaped by another process in its own time. */
async function hasEnded(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (!existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}
