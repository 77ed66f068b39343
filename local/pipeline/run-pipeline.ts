import { dirname, resolve } from "node:path";
import { CaseInsensitiveMap } from "../agent/case-insensitive-map.ts";
import { expandMacros } from "../agent/macros.ts";
import type { ServiceConnection } from "../agent/service-connection.ts";
import { mergeResults, type TaskResult } from "../agent/task-result.ts";
import type { HostType } from "../agent/workspace.ts";
import { connectionFromShell } from "./connections.ts";
import { type PipelineJob, readPipelineFile } from "./pipeline-file.ts";
import { planPipeline } from "./pipeline-plan.ts";
import type { PipelineResult, StepReport } from "./pipeline-result.ts";
import { runJob } from "./run-job.ts";
import { summarize } from "./summary.ts";
import { readTaskCatalog } from "./task-catalog.ts";

export interface PipelineOptions {
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
  /** Switches `System.Debug` on. */
  isDebug?: boolean | undefined;
  /** Takes each line of the log; secrets are masked. */
  onLine?: ((line: string) => void) | undefined;
  /** Cancels the run as the agent does. */
  cancel?: AbortSignal | undefined;
}

/**
 * Runs the steps of a pipeline file that use tasks of this extension, job after job in the order of the file, as if each
 * job depended on all those before it. Those of a parallel strategy take their turn too, none of them heeding the others. The log
 * ends with a summary.
 *
 * @throws PipelineError, before anything runs, where the file or one of those steps is wrong.
 */
export async function runPipeline(options: PipelineOptions): Promise<PipelineResult> {
  const onLine = options.onLine ?? (() => {});
  const catalog = await readTaskCatalog(options.tasksFolder ?? resolve("dist/extension/tasks"));
  const pipeline = await readPipelineFile(options.file);
  const connections = new ConnectionBook(options.connections ?? [], options.shell);
  const { jobs, warnings } = planPipeline(pipeline, {
    catalog,
    findConnection: (name) => connections.find(name),
    connectionAdvice: options.connectionAdvice,
    expand: (text, job) => expandKnown(text, job, options),
  });
  for (const note of [...pipeline.notes, ...connections.notes]) onLine(note);
  for (const warning of warnings) onLine(`##[warning]${warning}`);

  const run: PipelineResult = { result: "Succeeded", steps: [] };
  let before = run.result;
  for (const job of jobs) {
    if (!job.isBesidePrevious) before = run.result;
    const reports = await runJob(job, before, {
      ...options,
      onLine,
      variables: { ...job.variables, ...options.variables, ...(options.isDebug ? { "System.Debug": "true" } : {}) },
      connections: connections.all,
      sourcesFolder: resolve(options.sourcesFolder ?? dirname(options.file)),
    });
    run.steps.push(...reports);
    run.result = reports.filter(({ outcome }) => outcome !== undefined).reduce(worst, run.result);
  }
  if (options.cancel?.aborted) run.result = "Canceled";
  for (const line of summarize(run)) onLine(line);
  return run;
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
