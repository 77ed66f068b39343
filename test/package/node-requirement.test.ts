import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runStep, type StepRequest } from "../../local/agent/agent.ts";
import { refusalOfNode } from "../../src/agent/node/node-requirement.ts";

const tasks = fileURLToPath(new URL("../../dist/extension/tasks", import.meta.url));
/** Paths of real old versions of Node.js, which `npm run test:servers` sets. */
const oldNodes = (process.env.OLD_NODES ?? "").split(delimiter).filter(Boolean);

const found = (needed: string, version: string) =>
  `This task needs Node.js ${needed} or later, but the agent started it with Node.js ${version}. Update the agent to ` +
  "version 3.244.0 or later. If it is that new, the Linux system or container image is too old for its Node.js. Use " +
  "one with glibc 2.28 or later, or an image with a newer Node.js of its own. [node-too-old]";

const versions: readonly [version: string, refusal: string | undefined][] = [
  ["v6.17.1", found("20.17", "6.17.1")],
  ["v18.20.8", found("20.17", "18.20.8")],
  ["v20.9.0", found("20.17", "20.9.0")],
  ["v20.16.0", found("20.17", "20.16.0")],
  ["v20.17.0", undefined],
  ["v20.20.2", undefined],
  ["v21.7.3", found("22.2", "21.7.3")],
  ["v22.1.0", found("22.2", "22.1.0")],
  ["v22.2.0", undefined],
  ["v23.0.0", undefined],
  ["v24.18.1", undefined],
  ["v100.0.0-nightly20300101", undefined],
];

describe("A packaged task", () => {
  for (const [version, refusal] of versions) {
    it(`${refusal === undefined ? "runs" : "does not run"} on Node.js ${version}`, () =>
      assert.equal(refusalOfNode(version), refusal));
  }

  describe("that is started by a Node.js that is too old", () => {
    let folder: string;

    before(() => {
      folder = mkdtempSync(join(tmpdir(), "old-node-"));
    });
    after(() => rmSync(folder, { recursive: true }));

    for (const task of readdirSync(tasks)) {
      it(`says so before it loads anything else: ${task}`, async () => {
        const probe = join(folder, `${task}.cjs`);
        writeFileSync(
          probe,
          `Object.defineProperty(process, "version", { value: "v20.11.1" });
           process.on("exit", () => console.log(Object.keys(require.cache).join()));`,
        );
        const output = await assertRefused(task, "20.11.1", { env: { NODE_OPTIONS: `--require=${probe}` } });
        assert.equal(output, `${probe},${join(tasks, task, "index.js")}\n`);
      });

      for (const nodePath of oldNodes) {
        const version = execFileSync(nodePath, ["--version"], { encoding: "utf8" }).trim().slice(1);
        it(`says so on the real ${version}: ${task}`, async () => {
          assert.equal(await assertRefused(task, version, { nodePath }), "");
        });
      }
    }
  });
});

/** @returns what else the task printed. */
async function assertRefused(task: string, version: string, request: Partial<StepRequest>): Promise<string> {
  const { result, exitCode, issues, resultMessage, rawOutput } = await runStep({
    taskFolder: join(tasks, task),
    inputs: {},
    ...request,
  });
  const message = found("20.17", version);
  assert.deepEqual(
    { result, exitCode, issues, resultMessage },
    { result: "Failed", exitCode: 0, issues: [{ type: "error", message }], resultMessage: message },
  );
  const commands = `##vso[task.logissue type=error]${message}\n##vso[task.complete result=Failed]${message}\n`;
  assert.ok(rawOutput.startsWith(commands), rawOutput);
  return rawOutput.slice(commands.length);
}
