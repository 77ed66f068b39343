import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep, type StepRequest, type StepResult } from "../../../local/agent/agent.ts";
import type { TaskDefinition } from "../../../local/agent/task-definition.ts";

/** What a test says of the task it wants: a script, and what its `task.json` has besides the usual. */
export interface FakeTask extends Partial<TaskDefinition> {
  /** The text of its `index.js`, CommonJS. */
  script: string;
}

/** A task, and the request to run it. */
export type FakeStep = FakeTask & { request?: Partial<StepRequest> };

/** Makes a folder that lives as long as one test of the surrounding suite. */
export function temporaryFolder(): () => string {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "local-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

/** Writes a task folder and gives back its path. */
export function writeTask(parent: string, { script, ...definition }: FakeTask): string {
  const whole: TaskDefinition = {
    id: "7b1a9d5c-4d7f-4a53-9d0a-2f1f6f3f8a10",
    name: "Fake",
    friendlyName: "Fake task",
    description: "Does what a test wants",
    author: "tests",
    helpMarkDown: "None",
    version: { Major: 1, Minor: 2, Patch: 3 },
    execution: { Node20_1: { target: "index.js" }, Node24: { target: "index.js" } },
    ...definition,
  };
  const folder = join(parent, whole.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "task.json"), JSON.stringify(whole));
  writeFileSync(join(folder, "index.js"), script);
  return folder;
}

/** Writes a task into a folder and runs it as the agent would. */
export async function runFake(folder: string, { request, ...task }: FakeStep): Promise<StepResult> {
  return await runStep({ taskFolder: writeTask(folder, task), inputs: {}, ...request });
}

/** The environment that a task found, by way of its raw output. */
export async function environmentOf(folder: string, step: Omit<FakeStep, "script">): Promise<Record<string, string>> {
  const { rawOutput } = await runFake(folder, { ...step, script: "console.log(JSON.stringify(process.env))" });
  return JSON.parse(rawOutput) as Record<string, string>;
}

/** What a task wrote to the log, without what the agent says around it. */
export function ownLines({ log }: StepResult): string[] {
  const header = log.lastIndexOf("=".repeat(78));
  return log.slice(header + 1, -1);
}

/** A script that prints these lines. */
export function printing(...lines: string[]): string {
  return lines.map((line) => `console.log(${JSON.stringify(line)});`).join("\n");
}
