import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { Worker, type WorkerOptions } from "node:worker_threads";
import type { StepRequest } from "../../local/agent/agent.ts";
import { maxTransferThreads } from "../../src/threads/thread-limit.ts";
import { amount } from "../amounts.ts";
import { refer } from "../reliability/fault-case.ts";
import { judgeEnd, type Reference } from "../reliability/judgement.ts";
import { runQuietly } from "../reliability/run-step.ts";
import { scenarioNamed } from "../reliability/scenarios.ts";
import type { TaskName } from "../reliability/stage.ts";
import { startForwardProxy } from "../stand-ins/proxy/forward-proxy.ts";
import { startEmbeddedTarget, type Target } from "../target.ts";
import { connectionId, connectionTo, taskFolderOf } from "../tasks/store-step.ts";

type Path = string | URL;

const UNREADABLE = new Error("unreadable");

function isTransferThread(path: Path): boolean {
  return String(path).endsWith("transfer-worker.js");
}

/** A thread to which something happens while it sends a part, or when it has received some bytes of a range. */
function threadThat(act: (thread: Worker) => void): typeof Worker {
  return class extends Worker {
    constructor(path: Path, options: WorkerOptions) {
      super(path, options);
      this.on("message", ({ kind }) => kind === "moved" && act(this));
    }

    override postMessage(order: { readonly source?: object }): void {
      super.postMessage(order);
      if (order?.source) act(this);
    }
  };
}

class ThreadThatIsNot extends Worker {
  constructor(path: Path, options: WorkerOptions) {
    if (isTransferThread(path)) throw new Error("no thread for you");
    super(path, options);
  }
}

class ThreadWithoutMemory extends Worker {
  constructor(path: Path, options: WorkerOptions) {
    super(path, isTransferThread(path) ? { ...options, resourceLimits: { maxOldGenerationSizeMb: 4 } } : options);
  }
}

const losses: [title: string, threadClass: typeof Worker, reason: RegExp][] = [
  ["cannot be started", ThreadThatIsNot, /no thread for you/],
  ["has no memory", ThreadWithoutMemory, /memory limit/],
  ["fails", threadThat((thread) => thread.postMessage(null)), /Cannot read properties of null/],
  ["ends", threadThat((thread) => void thread.terminate()), /before it completed its work/],
  ["reports what cannot be read", threadThat((thread) => thread.emit("messageerror", UNREADABLE)), /unreadable/],
];

for (const name of ["upload in parts by threads", "download in ranges by threads"]) {
  describe(`a step whose thread is lost: ${name}`, () => {
    const scenario = scenarioNamed(name);
    let reference: Reference;
    before(async () => {
      reference = await refer(scenario);
    });

    for (const [title, threadClass, reason] of losses) {
      it(`continues without a thread that ${title}, and says so in the debug log`, async () => {
        const stage = await scenario.open();
        try {
          await stage.prepare();
          const result = await runQuietly(stage.step, { threadClass });
          assert.deepEqual(await judgeEnd(result, stage, reference), []);
          assert.equal(result.result, "Succeeded", result.log.join("\n"));
          const told = result.log.filter((line) => line.includes("A thread for large files ended: "));
          assert.match(told.join("\n"), reason);
          assert.ok(told.every((line) => line.startsWith("##[debug]")));
        } finally {
          await stage.close();
        }
      });
    }
  });
}

describe("a step with the default of S3_TASKS_THREADS", () => {
  const MIB = 1024 ** 2;
  const folder = mkdtempSync(join(tmpdir(), "few-threads-"));
  after(() => rmSync(folder, { recursive: true }));

  /** @returns how many threads for large files a step has started. */
  async function threadsOf(
    task: TaskName,
    inputs: Record<string, string>,
    target: Target,
    proxy?: StepRequest["proxy"],
  ): Promise<number> {
    let count = 0;
    class Counted extends Worker {
      constructor(path: Path, options: WorkerOptions) {
        super(path, options);
        if (isTransferThread(path)) count++;
      }
    }
    const { result, log } = await runQuietly(
      {
        taskFolder: taskFolderOf(task),
        connections: [connectionTo(target)],
        inputs: { awsCredentials: connectionId, regionName: "", bucketName: "threads", ...inputs },
        inheritedEnv: { PATH: process.env.PATH ?? "" },
        ...(proxy ? { proxy } : {}),
      },
      { threadClass: Counted },
    );
    assert.equal(result, "Succeeded", log.join("\n"));
    return count;
  }

  it("starts threads for 128 MiB in large files, and none for less or for small files", async function () {
    this.timeout(120_000);
    const target = await startEmbeddedTarget({});
    try {
      target.server.createBucket("threads");
      const expected = maxTransferThreads({ cores: availableParallelism(), memoryBytes: process.constrainedMemory() });
      const transfer = async (sizesBytes: readonly number[], prefix: string) => {
        const source = mkdtempSync(join(folder, "source-"));
        for (const [index, sizeBytes] of sizesBytes.entries()) {
          writeFileSync(join(source, `${index}.bin`), "first bytes");
          truncateSync(join(source, `${index}.bin`), sizeBytes);
        }
        const landing = mkdtempSync(join(folder, "landing-"));
        return [
          await threadsOf("AwsS3Upload", { sourceFolder: source, targetFolder: prefix, globExpressions: "**" }, target),
          await threadsOf(
            "AwsS3Download",
            { sourceFolder: prefix, targetFolder: landing, globExpressions: "**" },
            target,
          ),
        ];
      };
      assert.deepEqual(await transfer([amount(127, 20) * MIB, ...Array(20).fill(100_000)], "small"), [0, 0]);
      assert.deepEqual(await transfer([64 * MIB, 64 * MIB], "large"), [expected, expected]);
    } finally {
      await target.stop();
    }
  });

  it("starts none if a proxy forwards the requests", async () => {
    const target = await startEmbeddedTarget({});
    const proxy = await startForwardProxy();
    try {
      target.server.createBucket("threads");
      const source = mkdtempSync(join(folder, "source-"));
      writeFileSync(join(source, "large.bin"), "first bytes");
      truncateSync(join(source, "large.bin"), 128 * MIB);
      const inputs = { sourceFolder: source, globExpressions: "**" };
      assert.equal(await threadsOf("AwsS3Upload", inputs, target, { url: proxy.url }), 0);
      assert.ok(proxy.forwarded.length > 0);
    } finally {
      await proxy.close();
      await target.stop();
    }
  });
});
