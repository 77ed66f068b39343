import { isAtLeast } from "../agent/agent-version.ts";
import type { ServiceConnection } from "../agent/service-connection.ts";
import { PipelineError } from "./pipeline-error.ts";
import type { Pipeline, PipelineJob } from "./pipeline-file.ts";
import { type PipelineStep, scriptKinds } from "./pipeline-step.ts";
import { resolveInputs } from "./step-inputs.ts";
import { type CatalogTask, readScriptTask, type TaskCatalog } from "./task-catalog.ts";
import type { SkippedPart } from "./yaml-source.ts";

/** A step that runs here, checked against its task. */
export interface PlannedStep {
  step: PipelineStep;
  task: CatalogTask;
  /** Under which later steps find its outputs; undefined if an earlier step without a name has its task's name. */
  name: string | undefined;
  /** As the agent is to have them. */
  inputs: Record<string, string>;
}

export interface PlannedJob extends Omit<PipelineJob, "steps"> {
  steps: PlannedStep[];
}

export interface PipelinePlan {
  jobs: PlannedJob[];
  warnings: string[];
  skipped: SkippedPart[];
}

export interface PlanContext {
  catalog: TaskCatalog;
  findConnection: (name: string) => ServiceConnection | undefined;
  connectionAdvice?: string | undefined;
  /** Expands the variables of a job. */
  expand: (text: string, job: PipelineJob) => string;
  /** Of the agent that brings the Node.js in use, and which Node.js that is. */
  agent: { version: string; nodeVersion: string };
  skipsScripts: boolean;
}

/** What is gathered about all steps. */
interface Findings {
  problems: string[];
  warnings: string[];
  skipped: SkippedPart[];
}

/**
 * The server's half: finds the task of each step and settles its inputs, for the whole pipeline before anything runs.
 *
 * @throws PipelineError with every problem of every step.
 */
export async function planPipeline(pipeline: Pipeline, context: PlanContext): Promise<PipelinePlan> {
  const findings: Findings = { problems: [], warnings: [], skipped: [...pipeline.skipped] };
  const jobs: PlannedJob[] = [];
  for (const job of pipeline.jobs) {
    const steps: PlannedStep[] = [];
    for (const step of job.steps) {
      const task = await findTask(step, context, findings);
      if (task !== undefined) steps.push(planStep(step, task, job, context, findings));
    }
    jobs.push({ ...job, steps: giveNames(steps) });
  }
  if (findings.problems.length > 0) throw new PipelineError(findings.problems);
  return { jobs, ...findings, skipped: findings.skipped.toSorted((left, right) => left.line - right.line) };
}

/** @returns undefined for a step that does not run here, which is skipped; a checkout is what the sources folder holds */
async function findTask(
  step: PipelineStep,
  { catalog, skipsScripts }: PlanContext,
  { problems, skipped }: Findings,
): Promise<CatalogTask | undefined> {
  const { kind, reference, place, line } = step;
  const skip = (why: string) => {
    const what = `${kind} ${reference.split("\n")[0]}`.trim();
    skipped.push({ place, line, what: `${what}: ${why}`, tasks: [] });
    return undefined;
  };
  if (kind === "checkout") return undefined;
  if (scriptKinds.includes(kind)) {
    if (skipsScripts) return skip("scripts are skipped");
    if (holdsTemplateExpression(step)) return skip("it holds a template expression, which only the server expands");
    return await readScriptTask(kind);
  }
  try {
    const task = kind === "task" ? catalog.find(reference) : undefined;
    return task ?? skip(`only ${catalog.names.join(", ")} and scripts run here`);
  } catch (error) {
    problems.push(`${place}: ${(error as Error).message}`);
    return undefined;
  }
}

function holdsTemplateExpression({ inputs, env }: PipelineStep): boolean {
  return [...Object.values(inputs), ...Object.values(env)].some((value) => value.includes("${{"));
}

function planStep(
  step: PipelineStep,
  task: CatalogTask,
  job: PipelineJob,
  { findConnection, connectionAdvice, expand, agent }: PlanContext,
  { problems, warnings }: Findings,
): PlannedStep {
  const { definition } = task;
  const resolved = resolveInputs({
    definition,
    given: step.inputs,
    findConnection,
    connectionAdvice,
    expand: (text) => expand(text, job),
  });
  const where = `${step.place}: Job ${job.name}: Step ${step.name ?? definition.name}`;
  // A container may bring a Node.js of its own, whatever the agent is.
  const agentProblems = job.container && !step.isOnHost ? [] : checkAgent(definition.minimumAgentVersion, agent);
  const all = [...resolved.problems, ...checkEnvironment(step), ...agentProblems];
  problems.push(...all.map((problem) => `${where} ${problem}`));
  warnings.push(...resolved.warnings.map((warning) => `${where} ${warning}`));
  return { step, task, name: step.name, inputs: resolved.inputs };
}

function checkEnvironment({ env }: PipelineStep): string[] {
  return Object.entries(env)
    .filter(([, value]) => value.includes("${{"))
    .map(([name, value]) => `env ${name} holds a template expression, which only the server expands: ${value}`);
}

function checkAgent(least: string | undefined, { version, nodeVersion }: PlanContext["agent"]): string[] {
  if (least === undefined || isAtLeast(version, least)) return [];
  return [
    `finds no agent that satisfies the demand Agent.Version -gtVersion ${least}: Node.js ${nodeVersion} comes with agent ${version}. Use a newer Node.js (--node).`,
  ];
}

/**
 * The server names a step without a name after its task. Which number it adds for a second one is not documented:
 * the outputs of that cannot be read here.
 */
function giveNames(steps: readonly PlannedStep[]): PlannedStep[] {
  const taken = new Set(steps.map(({ name }) => name?.toLowerCase()));
  return steps.map((planned) => {
    const name = planned.task.definition.name;
    if (planned.name !== undefined || taken.has(name.toLowerCase())) return planned;
    taken.add(name.toLowerCase());
    return { ...planned, name };
  });
}
