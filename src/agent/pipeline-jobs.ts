import * as tl from "azure-pipelines-task-lib/task.js";

/** Which of several equal jobs this one is, from 1, and how many there are. */
export interface ParallelJobs {
  readonly position: number;
  readonly total: number;
}

/**
 * Which of the jobs of `strategy: parallel` this is. A job without it, or an agent that does not know of it, is one of one.
 *
 * @returns `unknown` where there are several, and not which one this is. Source: "System variables" in "Use predefined variables".
 */
export function parallelJobs(): ParallelJobs | "unknown" {
  const total = wholeNumber("System.TotalJobsInPhase") ?? 1;
  if (total <= 1) return { position: 1, total: 1 };
  const position = wholeNumber("System.JobPositionInPhase") ?? 0;
  return position >= 1 && position <= total ? { position, total } : "unknown";
}

function wholeNumber(variable: string): number | undefined {
  const text = tl.getVariable(variable) ?? "";
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
