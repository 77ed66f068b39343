import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PipelineResult } from "../../../local/pipeline/pipeline-result.ts";
import { type PipelineOptions, runPipeline } from "../../../local/pipeline/run-pipeline.ts";
import { temporaryFolder, writeTask } from "../agent/fake-task.ts";

/** Prints its message, sets an output and a job variable, and ends as its input `end` says. */
const script = `
  console.log("says " + process.env.INPUT_MESSAGE);
  console.log("##vso[task.setvariable variable=told;isoutput=true]" + process.env.INPUT_MESSAGE);
  console.log("##vso[task.setvariable variable=last]" + process.env.INPUT_MESSAGE);
  console.log("##vso[task.complete result=" + process.env.INPUT_END + "]" + process.env.INPUT_END);`;

/** The id of another task, or of anything else. */
export const otherId = "0b0e2a0c-7a2d-4d39-9a39-54f1c0a7a6e4";

/** A folder for each test of the surrounding suite, with the task `Say` in its folder `tasks`. */
export function pipelineFolder(): () => string {
  const folder = temporaryFolder();
  beforeEach(() => {
    writeTask(join(folder(), "tasks"), {
      name: "Say",
      script,
      inputs: [
        { name: "message", aliases: ["text"], type: "string", required: true },
        { name: "end", type: "string", defaultValue: "Succeeded" },
        { name: "where", type: "filePath" },
        { name: "connection", type: "connectedService:AwsS3" },
      ],
    });
  });
  return folder;
}

/** Runs a pipeline in such a folder. */
export async function runIn(
  folder: string,
  text: string,
  options: Partial<PipelineOptions> = {},
): Promise<{ run: PipelineResult; log: string[] }> {
  const file = join(folder, "pipeline.yml");
  writeFileSync(file, text);
  const log: string[] = [];
  const tasksFolder = join(folder, "tasks");
  const run = await runPipeline({ file, tasksFolder, onLine: (line) => log.push(line), ...options });
  return { run, log };
}

/** What the steps have said. */
export function said(log: readonly string[]): string[] {
  return log.filter((line) => line.startsWith("says ")).map((line) => line.slice(5));
}

export function results({ steps }: PipelineResult): string[] {
  return steps.map(({ title, result }) => `${title}: ${result}`);
}
