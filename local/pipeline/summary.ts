import type { PipelineResult } from "./pipeline-result.ts";

/** A table of the steps of a run with what became of each, and a list of what does not run here. */
export function summarize({ result, steps, skipped }: PipelineResult): string[] {
  const width = Math.max(0, ...steps.map((step) => step.title.length));
  return [
    "##[section]Summary",
    ...steps.map((step) => {
      const remark = step.reason ?? step.outcome?.resultMessage.split("\n")[0] ?? "";
      return `  ${step.title.padEnd(width)}  ${step.result.padEnd(19)}  ${remark}`.trimEnd();
    }),
    ...(skipped.length > 0 ? ["##[section]Not run here"] : []),
    ...skipped.map(({ place, what }) => `  ${place}: ${what}.`),
    `Result: ${result}`,
  ];
}
