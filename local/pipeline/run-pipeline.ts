import { dirname, resolve } from "node:path";
import { agentVersionOf, nodeVersionOf } from "../agent/agent-version.ts";
import { CaseInsensitiveMap } from "../agent/case-insensitive-map.ts";
import type { JobRequest } from "../agent/job.ts";
import { expandMacros } from "../agent/macros.ts";
import type { ServiceConnection } from "../agent/service-connection.ts";
import { taskNode } from "../agent/task-node.ts";
import { mergeResults, type TaskResult } from "../agent/task-result.ts";
import type { TaskStep } from "../agent/task-step.ts";
import type { HostType } from "../agent/workspace.ts";
import { connectionRefusals, readConnectionTypes } from "./connection-types.ts";
import { connectionFromShell } from "./connections.ts";
import { NothingToRunError, PipelineError } from "./pipeline-error.ts";
import { type PipelineJob, readPipelineFile } from "./pipeline-file.ts";
import { type PipelinePlan, planPipeline } from "./pipeline-plan.ts";
import type { PipelineResult, StepReport } from "./pipeline-result.ts";
import { type JobsBefore, runJob } from "./run-job.ts";
import { summarize } from "./summary.ts";
import { readTaskCatalog, type TaskCatalog } from "./task-catalog.ts";

export interface PipelineOptions
  extends Pick<JobRequest, "workFolder" | "inheritedEnv" | "proxy" | "certificates">,
    Pick<TaskStep, "runProcess"> {
  /** The pipeline file. */
  file: string;
  /** Take the place of those in the file. */
  variables?: Record<string, string> | undefined;
  connections?: readonly ServiceConnection[] | undefined;
  /** The shell's variables: a connection that is missing is made of its AWS variables. Without them it is an error. */
  shell?: Readonly<Record<string, string | undefined>> | undefined;
  /** What to do about a connection that is missing, said behind the error. */
  connectionAdvice?: string | undefined;
  /** Holds one folder for each task. Default: `dist/extension/tasks` of the working directory. */
  tasksFolder?: string | undefined;
  /** What a checkout would have fetched, or the artifacts of a release. Default: the pipeline file's folder. */
  sourcesFolder?: string | undefined;
  hostType?: HostType | undefined;
  nodePath?: string | undefined;
  /** Skips the steps that are scripts. */
  skipsScripts?: boolean | undefined;
  /** Switches `System.Debug` on. */
  isDebug?: boolean | undefined;
  /** Takes each line of the log; secrets are masked. */
  onLine?: ((line: string) => void) | undefined;
  /** Cancels the run as the agent does. */
  cancel?: AbortSignal | undefined;
}

/**
 * Runs the steps of a pipeline file that use tasks of this extension, and its scripts, job after job in the order of the
 * file, as if each job depended on all those before it. The jobs of a parallel strategy take turns too, and none of them
 * waits for the result of another. The log ends with a summary. A run in which a step of ours, or a part of the file with
 * one, could not be evaluated has failed.
 *
 * @throws PipelineError, before anything runs, where the file, a connection or one of those steps is wrong.
 * @throws NothingToRunError where no step uses a task of this extension.
 */
export async function runPipeline(options: PipelineOptions): Promise<PipelineResult> {
  const onLine = options.onLine ?? (() => {});
  const tasksFolder = resolve(options.tasksFolder ?? "dist/extension/tasks");
  const catalog = await readTaskCatalog(tasksFolder);
  const pipeline = await readPipelineFile(options.file);
  const connections = new ConnectionBook(options.connections ?? [], options.shell);
  await assertDeclared(connections.all, dirname(tasksFolder));
  const plan = await planPipeline(pipeline, {
    catalog,
    findConnection: (name) => connections.find(name),
    connectionAdvice: options.connectionAdvice,
    expand: (text, job) => expandKnown(text, job, options),
    agent: await findAgent(options.nodePath ?? taskNode()),
    skipsScripts: options.skipsScripts === true,
  });
  const unevaluated = plan.skipped.filter(({ tasks }) => tasks.some((reference) => catalog.has(reference)));
  if (unevaluated.length === 0 && !usesOneOf(catalog, plan)) throw new NothingToRunError(options.file);
  for (const note of connections.notes) onLine(note);
  for (const warning of plan.warnings) onLine(`##[warning]${warning}`);

  const run: PipelineResult = {
    ...(await runJobs(plan, { ...options, onLine }, connections.all)),
    skipped: plan.skipped,
  };
  if (unevaluated.length > 0) run.result = mergeResults(run.result, "Failed");
  for (const { place, what } of unevaluated) {
    onLine(`##[error]${place}: ${what}. It has steps of this extension, which did not run: the run counts as failed.`);
  }
  if (options.cancel?.aborted) run.result = "Canceled";
  for (const line of summarize(run)) onLine(line);
  return run;
}

async function runJobs(
  { jobs }: PipelinePlan,
  options: PipelineOptions & { onLine: (line: string) => void },
  connections: readonly ServiceConnection[],
): Promise<Omit<PipelineResult, "skipped">> {
  const steps: StepReport[] = [];
  const results = new Map<string, TaskResult>();
  let result: TaskResult = "Succeeded";
  let before: JobsBefore = { status: result, jobs: new Map() };
  for (const job of jobs) {
    if (!job.isBesidePrevious) before = { status: result, jobs: new Map(results) };
    const report = await runJob(job, before, {
      ...options,
      variables: { ...job.variables, ...options.variables, ...(options.isDebug ? { "System.Debug": "true" } : {}) },
      connections,
      sourcesFolder: resolve(options.sourcesFolder ?? dirname(options.file)),
    });
    steps.push(...report.steps);
    result = report.steps.reduce(worst, result);
    const id = job.id.toLowerCase();
    results.set(id, mergeResults(job.isBesidePrevious ? results.get(id) : undefined, report.result));
  }
  return { result, steps };
}

/** @throws PipelineError for connections with fields that their type does not have */
async function assertDeclared(connections: readonly ServiceConnection[], extensionFolder: string): Promise<void> {
  const types = await readConnectionTypes(extensionFolder);
  const problems = connections.flatMap((connection) => connectionRefusals(connection, types));
  if (problems.length > 0) throw new PipelineError(problems);
}

/** @throws PipelineError where there is no such Node.js */
async function findAgent(nodePath: string): Promise<{ version: string; nodeVersion: string }> {
  const nodeVersion = await nodeVersionOf(nodePath);
  if (nodeVersion === undefined) throw new PipelineError([`${nodePath} is not a Node.js that can be started.`]);
  return { version: agentVersionOf(nodeVersion), nodeVersion };
}

function usesOneOf(catalog: TaskCatalog, { jobs }: PipelinePlan): boolean {
  return jobs.some(({ steps }) => steps.some(({ step }) => step.kind === "task" && catalog.has(step.reference)));
}

/** The connections of a run: those that were given, and those that had to be made. */
class ConnectionBook {
  readonly all: ServiceConnection[];
  readonly notes: string[] = [];
  readonly #shell: PipelineOptions["shell"];

  constructor(given: readonly ServiceConnection[], shell: PipelineOptions["shell"]) {
    this.all = [...given];
    this.#shell = shell;
  }

  find(name: string): ServiceConnection | undefined {
    const wanted = name.toLowerCase();
    const known = this.all.find((connection) =>
      [connection.name, connection.id].some((key) => key.toLowerCase() === wanted),
    );
    if (known !== undefined || this.#shell === undefined) return known;
    const made = connectionFromShell(name, this.#shell);
    if (made === undefined) return undefined;
    this.all.push(made);
    this.notes.push(`Service connection ${name} is made of the shell's AWS variables; its URL is ${made.url}.`);
    return made;
  }
}

function expandKnown(text: string, job: PipelineJob, { variables }: PipelineOptions): string {
  const known = new CaseInsensitiveMap(Object.entries({ ...job.variables, ...variables }));
  return expandMacros(text, (name) => known.get(name));
}

function worst(result: TaskResult, { result: coming }: StepReport): TaskResult {
  return coming === "Skipped" || coming === "Abandoned" ? result : mergeResults(result, coming);
}
