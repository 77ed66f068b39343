import type { TaskResult } from "../agent/task-result.ts";
import type { StepResult } from "../agent/task-step.ts";

/** What became of one step. */
export interface StepReport {
  job: string;
  /** Its display name, or what stands in for one. */
  title: string;
  result: TaskResult;
  /** Whether it is no step of this extension's tasks. */
  isUnplayed?: true;
  /** Why it was skipped. */
  reason?: string;
  /** Absent where it was skipped. */
  outcome?: StepResult;
}

export interface PipelineResult {
  /** The worst result of all steps that ran. */
  result: TaskResult;
  steps: StepReport[];
}
