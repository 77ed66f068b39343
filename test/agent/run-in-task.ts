import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { runStep, type StepRequest, type StepResult } from "../../local/agent/agent.ts";
import { inSharedProcess } from "../step-host/step-host.ts";

/**
 * Runs a few lines of TypeScript as the whole of a task, the way the agent runs tasks.
 *
 * @param script imports what it needs relative to this folder.
 */
export async function runInTask(script: string, request: Partial<StepRequest> = {}): Promise<StepResult> {
  const taskFolder = mkdtempSync(join(tmpdir(), "task-"));
  try {
    await build({
      stdin: { contents: script, resolveDir: import.meta.dirname, loader: "ts", sourcefile: "task.ts" },
      outfile: join(taskFolder, "index.js"),
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      logLevel: "error",
    });
    const definition = {
      id: "7b1a9d5c-4d7f-4a53-9d0a-2f1f6f3f8a11",
      name: "Test",
      friendlyName: "Test",
      description: "A few lines of a test",
      author: "tests",
      version: { Major: 1, Minor: 0, Patch: 0 },
      execution: { Node20_1: { target: "index.js" } },
    };
    writeFileSync(join(taskFolder, "task.json"), JSON.stringify(definition));
    return await runStep({ taskFolder, inputs: {}, ...inSharedProcess(request), ...request });
  } finally {
    rmSync(taskFolder, { recursive: true, force: true });
  }
}
