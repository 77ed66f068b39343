import { endJob, type JobRequest, startJob } from "./job.ts";
import { runTask } from "./task-runner.ts";
import type { StepResult, TaskStep } from "./task-step.ts";

export type { ServiceConnection } from "./service-connection.ts";
export type { StepResult } from "./task-step.ts";

/** A job of a single step. */
export interface StepRequest extends JobRequest, TaskStep {}

/**
 * Runs a task folder as the Azure Pipelines agent would, as the only step of a job.
 *
 * @throws Error if the task folder has no readable `task.json`; everything else is a result.
 */
export async function runStep(request: StepRequest): Promise<StepResult> {
  const job = await startJob(request);
  try {
    return await runTask(job, request);
  } finally {
    await endJob(job);
  }
}
