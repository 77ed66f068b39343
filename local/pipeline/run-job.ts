import { type Job, type JobRequest, startJob } from "../agent/job.ts";
import { mergeResults, type TaskResult } from "../agent/task-result.ts";
import { runTask } from "../agent/task-runner.ts";
import { evaluateCondition } from "./condition.ts";
import type { PlannedJob, PlannedStep, RunnableStep } from "./pipeline-plan.ts";
import type { StepReport } from "./pipeline-result.ts";
import type { PipelineStep } from "./pipeline-step.ts";

export interface JobOptions extends JobRequest {
  /** Takes each line of the log; secrets are masked. */
  onLine: (line: string) => void;
  cancel?: AbortSignal | undefined;
}

/** The condition of steps, jobs and stages that name none. */
const byDefault = "succeeded()";

/**
 * Runs the steps of one job in turn, each where its condition holds; or none of them, where the job's own does not.
 *
 * @param before what has become of the jobs so far, which is what the job's conditions look at.
 */
export async function runJob(planned: PlannedJob, before: TaskResult, options: JobOptions): Promise<StepReport[]> {
  const conditions = planned.conditions.length === 0 ? [byDefault] : planned.conditions;
  const skipReason = conditions.map((condition) => whySkipped(condition, before)).find(Boolean);
  if (skipReason !== undefined) {
    return planned.steps.map((item) => reportSkipped(item, planned.name, `the job is skipped: ${skipReason}`, options));
  }
  const job = await startJob(options);
  try {
    return await runSteps(job, planned, options);
  } finally {
    await job.workspace.remove();
  }
}

/** The conditions of steps look at their own job alone. */
async function runSteps(job: Job, planned: PlannedJob, options: JobOptions): Promise<StepReport[]> {
  const reports: StepReport[] = [];
  let status: TaskResult = "Succeeded";
  for (const item of planned.steps) {
    if (options.cancel?.aborted) status = "Canceled";
    const condition = item.step.condition ?? byDefault;
    const reason = "reason" in item ? item.reason : whyNotRun(item.step, condition, status);
    if (reason !== undefined || "reason" in item) {
      reports.push(reportSkipped(item, planned.name, reason ?? "", options));
      continue;
    }
    job.variables.set("Agent.JobStatus", status);
    const report = await runStep(job, item, planned.name, condition, options);
    reports.push(report);
    if (report.result === "SucceededWithIssues" || report.result === "Failed") {
      status = mergeResults(status, report.result);
    }
  }
  return reports;
}

async function runStep(
  job: Job,
  item: RunnableStep,
  jobName: string,
  condition: string,
  options: JobOptions,
): Promise<StepReport> {
  const { step, task, inputs } = item;
  const title = job.variables.expand(titleOf(item));
  // A step that still runs when the job is canceled is not canceled with it.
  const survivesCancel = evaluateCondition(condition, "Canceled") === true;
  const outcome = await runTask(job, {
    taskFolder: task.folder,
    inputs,
    env: step.env,
    name: step.name,
    displayName: title,
    continueOnError: step.continueOnError,
    retryCountOnTaskFailure: step.retryCountOnTaskFailure,
    onLine: options.onLine,
    cancel: survivesCancel ? undefined : options.cancel,
    timeoutMs: step.timeoutInMinutes === 0 ? undefined : step.timeoutInMinutes * 60_000,
  });
  return { job: jobName, title: job.masker.mask(title), result: outcome.result, outcome };
}

function whyNotRun(step: PipelineStep, condition: string, status: TaskResult): string | undefined {
  return step.isEnabled ? whySkipped(condition, status) : "it is not enabled";
}

function whySkipped(condition: string, status: TaskResult): string | undefined {
  const holds = evaluateCondition(condition, status);
  if (holds === true) return undefined;
  if (holds === false) return `its condition ${condition} does not hold: so far all is ${status}`;
  return `its condition ${condition} cannot be evaluated here, only succeeded(), succeededOrFailed(), failed() and always() can`;
}

function reportSkipped(item: PlannedStep, job: string, reason: string, { onLine }: JobOptions): StepReport {
  const title = titleOf(item);
  onLine(`##[section]Skipped: ${title}`);
  onLine(`${item.step.place}: ${reason}.`);
  return { job, title, result: "Skipped", reason, ...("reason" in item ? { isUnplayed: true } : {}) };
}

/** The display name; without one the task's name, or for a step of another kind the line that makes it. */
function titleOf(item: PlannedStep): string {
  const { displayName, kind, reference } = item.step;
  if (displayName !== undefined) return displayName;
  if ("task" in item) return item.task.definition.name;
  return [kind, reference.split("\n")[0]].filter(Boolean).join(": ");
}
