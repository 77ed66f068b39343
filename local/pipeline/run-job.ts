import { describeContainer, readVolumes } from "../agent/container.ts";
import { endJob, type Job, type JobRequest, startJob } from "../agent/job.ts";
import { mergeResults, type TaskResult } from "../agent/task-result.ts";
import { runTask } from "../agent/task-runner.ts";
import type { TaskStep } from "../agent/task-step.ts";
import { type ConditionContext, evaluateCondition, evaluateVariable } from "./condition.ts";
import type { PlannedJob, PlannedStep } from "./pipeline-plan.ts";
import type { StepReport } from "./pipeline-result.ts";

export interface JobOptions extends JobRequest, Pick<TaskStep, "runProcess"> {
  /** Takes each line of the log; secrets are masked. */
  onLine: (line: string) => void;
  cancel?: AbortSignal | undefined;
}

/** What has become of the jobs before: of all together, and of each by its id in lower case. */
export interface JobsBefore {
  status: TaskResult;
  jobs: ReadonlyMap<string, TaskResult>;
}

export interface JobReport {
  /** Skipped where the job's own condition does not hold. */
  result: TaskResult;
  steps: StepReport[];
}

/** Why a step or a job does not run, and what counts as its result. */
interface Hindrance {
  result: "Skipped" | "Failed";
  reason: string;
}

/** The condition of steps, jobs and stages that name none. */
const byDefault = "succeeded()";

/** Runs the steps of one job in order, each if its condition holds; or none of them if the job's own condition does not. */
export async function runJob(planned: PlannedJob, before: JobsBefore, options: JobOptions): Promise<JobReport> {
  const { container } = planned;
  const job = await startJob({ ...options, container });
  try {
    settleVariables(planned, job);
    const hindrance = findJobHindrance(planned, job, before);
    if (hindrance !== undefined) return reportJobNotRun(planned, weigh(hindrance, planned.steps), options);
    if (container) {
      const unplayed = readVolumes(container).unplayed.map((volume) => `The volume ${volume} is not mounted here.`);
      for (const line of [...describeContainer(container), ...unplayed]) options.onLine(line);
    }
    return await runSteps(job, planned, options);
  } finally {
    await endJob(job);
  }
}

/** Evaluates the job's variables that are expressions, in the order of the file. */
function settleVariables(planned: PlannedJob, job: Job): void {
  for (const name of Object.keys(planned.variables)) {
    const value = job.variables.get(name) ?? "";
    const outcome = evaluateVariable(value, { status: "Succeeded", variable: serverVariable(job) });
    if ("problem" in outcome) job.variables.unset(name);
    else if (outcome.text !== value) job.variables.set(name, outcome.text);
  }
}

/** The server evaluates the variables and the conditions of jobs and stages: those of an agent are not there yet. */
function serverVariable({ variables }: Job): ConditionContext["variable"] {
  return (name) => (/^agent\./i.test(name) ? undefined : variables.get(name));
}

function findJobHindrance({ conditions }: PlannedJob, job: Job, { status, jobs }: JobsBefore): Hindrance | undefined {
  const variable = serverVariable(job);
  return (conditions.length === 0 ? [byDefault] : conditions)
    .map((condition) => findHindrance(condition, { status, variable, jobs }))
    .find((hindrance) => hindrance !== undefined);
}

/** The conditions of steps look at their own job alone. */
async function runSteps(job: Job, planned: PlannedJob, options: JobOptions): Promise<JobReport> {
  const steps: StepReport[] = [];
  let status: TaskResult = "Succeeded";
  for (const item of planned.steps) {
    if (options.cancel?.aborted) status = "Canceled";
    job.variables.set("Agent.JobStatus", status);
    const report = await runStep(job, item, planned, status, options);
    steps.push(report);
    if (report.result === "SucceededWithIssues" || report.result === "Failed") {
      status = mergeResults(status, report.result);
    }
  }
  return { result: options.cancel?.aborted ? "Canceled" : status, steps };
}

async function runStep(
  job: Job,
  item: PlannedStep,
  planned: PlannedJob,
  status: TaskResult,
  options: JobOptions,
): Promise<StepReport> {
  const { step, task, inputs, name } = item;
  const condition = step.condition ?? byDefault;
  const variable = (each: string) => job.variables.get(each);
  const hindrance = step.isEnabled
    ? findHindrance(condition, { status, variable })
    : ({ result: "Skipped", reason: "it is not enabled" } as const);
  if (hindrance !== undefined) return reportNotRun(item, planned, weigh(hindrance, [item]), options);
  const title = job.variables.expand(titleOf(item));
  // A step that still runs when the job is canceled is not canceled with it.
  const survivesCancel = findHindrance(condition, { status: "Canceled", variable }) === undefined;
  const outcome = await runTask(job, {
    taskFolder: task.folder,
    inputs,
    env: step.env,
    name,
    displayName: title,
    continueOnError: step.continueOnError,
    retryCountOnTaskFailure: step.retryCountOnTaskFailure,
    onLine: options.onLine,
    cancel: survivesCancel ? undefined : options.cancel,
    timeoutMs: step.timeoutInMinutes === 0 ? undefined : step.timeoutInMinutes * 60_000,
    isOnHost: step.isOnHost,
    runProcess: options.runProcess,
  });
  return { job: planned.name, title: job.masker.mask(title), result: outcome.result, outcome };
}

/** @returns undefined if the condition holds */
function findHindrance(condition: string, context: ConditionContext): Hindrance | undefined {
  const outcome = evaluateCondition(condition, context);
  if ("problem" in outcome) {
    return { result: "Failed", reason: `its condition ${condition} cannot be evaluated here: ${outcome.problem}` };
  }
  if (outcome.holds) return undefined;
  return { result: "Skipped", reason: `its condition ${condition} is not met: the status is ${context.status}` };
}

/** A condition that cannot be evaluated is only a failure if it decides about a step of the extension, not just about scripts. */
function weigh({ result, reason }: Hindrance, steps: readonly PlannedStep[]): Hindrance {
  return { result: steps.some(({ step }) => step.kind === "task") ? result : "Skipped", reason };
}

function reportJobNotRun(
  { name: job, steps }: PlannedJob,
  { result, reason }: Hindrance,
  { onLine }: JobOptions,
): JobReport {
  onLine(`##[section]${result}: Job ${job}`);
  onLine(`${result === "Failed" ? "##[error]" : ""}Job ${job}: ${reason}.`);
  const reports = steps.map((item) => ({ job, title: titleOf(item), result, reason: "its job does not run" }));
  return { result, steps: reports };
}

function reportNotRun(
  item: PlannedStep,
  { name: job }: PlannedJob,
  { result, reason }: Hindrance,
  { onLine }: JobOptions,
): StepReport {
  const title = titleOf(item);
  onLine(`##[section]${result}: ${title}`);
  onLine(`${result === "Failed" ? "##[error]" : ""}${item.step.place}: ${reason}.`);
  return { job, title, result, reason };
}

function titleOf({ step, task }: PlannedStep): string {
  return step.displayName ?? task.definition.name;
}
