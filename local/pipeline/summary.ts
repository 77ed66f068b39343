import type { PipelineResult } from "./pipeline-result.ts";

/** A table of the steps of a run, with what became of each. */
export function summarize({ result, steps }: PipelineResult): string[] {
  const width = Math.max(0, ...steps.map((step) => step.title.length));
  return [
    "##[section]Summary",
    ...steps.map((step) => {
      const remark = step.reason ?? step.outcome?.resultMessage.split("\n")[0] ?? "";
      return `  ${step.title.padEnd(width)}  ${step.result.padEnd(19)}  ${remark}`.trimEnd();
    }),
    `Result: ${result}`,
  ];
}
