import type { ServiceConnection } from "../agent/service-connection.ts";
import { PipelineError } from "./pipeline-error.ts";
import type { Pipeline, PipelineJob } from "./pipeline-file.ts";
import type { PipelineStep } from "./pipeline-step.ts";
import { resolveInputs } from "./step-inputs.ts";
import type { CatalogTask, TaskCatalog } from "./task-catalog.ts";

/** A step that runs here, checked against its task. */
export interface RunnableStep {
  step: PipelineStep;
  task: CatalogTask;
  /** As the agent is to have them. */
  inputs: Record<string, string>;
}

/** A step which no agent here can run. */
export interface UnplayedStep {
  step: PipelineStep;
  reason: string;
}

export type PlannedStep = RunnableStep | UnplayedStep;

export interface PlannedJob extends Omit<PipelineJob, "steps"> {
  steps: PlannedStep[];
}

export interface PipelinePlan {
  jobs: PlannedJob[];
  warnings: string[];
}

export interface PlanContext {
  catalog: TaskCatalog;
  findConnection: (name: string) => ServiceConnection | undefined;
  connectionAdvice?: string | undefined;
  /** Expands the variables of a job. */
  expand: (text: string, job: PipelineJob) => string;
}

/**
 * The server's half: finds the task of each step and settles its inputs, for the whole pipeline before anything runs.
 *
 * @throws PipelineError with every problem of every step.
 */
export function planPipeline(pipeline: Pipeline, context: PlanContext): PipelinePlan {
  const problems: string[] = [];
  const warnings: string[] = [];
  const jobs = pipeline.jobs.map((job) => ({
    ...job,
    steps: job.steps.map((step) => planStep(step, job, context, problems, warnings)),
  }));
  if (problems.length > 0) throw new PipelineError(problems);
  return { jobs, warnings };
}

function planStep(
  step: PipelineStep,
  job: PipelineJob,
  context: PlanContext,
  problems: string[],
  warnings: string[],
): PlannedStep {
  const { catalog, findConnection, connectionAdvice } = context;
  const task = step.kind === "task" ? findTask(step, catalog, problems) : undefined;
  if (task === undefined) {
    return { step, reason: whyUnplayed(step, catalog) };
  }
  const resolved = resolveInputs({
    definition: task.definition,
    given: step.inputs,
    findConnection,
    connectionAdvice,
    expand: (text) => context.expand(text, job),
  });
  const where = `${step.place}: Job ${job.name}: Step ${step.name ?? task.definition.name}`;
  problems.push(...[...resolved.problems, ...checkEnvironment(step)].map((problem) => `${where} ${problem}`));
  warnings.push(...resolved.warnings.map((warning) => `${where} ${warning}`));
  return { step, task, inputs: resolved.inputs };
}

function findTask(step: PipelineStep, catalog: TaskCatalog, problems: string[]): CatalogTask | undefined {
  try {
    return catalog.find(step.reference);
  } catch (error) {
    problems.push(`${step.place}: ${(error as Error).message}`);
    return undefined;
  }
}

function whyUnplayed({ kind }: PipelineStep, catalog: TaskCatalog): string {
  if (kind === "checkout") return "the sources folder stands in for it";
  return `only ${catalog.names.join(", ")} can run here; whatever this step does is missing from here on`;
}

function checkEnvironment({ env }: PipelineStep): string[] {
  return Object.entries(env)
    .filter(([, value]) => value.includes("${{"))
    .map(([name, value]) => `env ${name} holds a template expression, which only the server expands: ${value}`);
}
