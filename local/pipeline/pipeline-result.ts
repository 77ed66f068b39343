import type { TaskResult } from "../agent/task-result.ts";
import type { StepResult } from "../agent/task-step.ts";
import type { SkippedPart } from "./yaml-source.ts";

/** What became of one step. */
export interface StepReport {
  job: string;
  /** Its display name, or a default for it. */
  title: string;
  result: TaskResult;
  /** Why it did not run. */
  reason?: string;
  /** Absent if it did not run. */
  outcome?: StepResult;
}

export interface PipelineResult {
  /** The worst result of all steps that ran. */
  result: TaskResult;
  steps: StepReport[];
  /** The parts of the file that do not run here. */
  skipped: SkippedPart[];
}
