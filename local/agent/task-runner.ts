import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { takeOutputLine } from "./command-dispatch.ts";
import { hideHostPaths, readVolumes } from "./container.ts";
import { type Job, minimalEnvironment } from "./job.ts";
import { StepLog } from "./step-log.ts";
import { StepRecord } from "./step-record.ts";
import { readTaskDefinition, type TaskDefinition, versionOf } from "./task-definition.ts";
import { referencedConnections, taskEnvironment } from "./task-environment.ts";
import { expandTrimmed, taskInputs } from "./task-inputs.ts";
import { runTaskProcess, type TaskProcess } from "./task-process.ts";
import { mergeResults } from "./task-result.ts";
import type { Attachment, StepResult, TaskStep } from "./task-step.ts";

/** The agent's Node handlers, the one it prefers first. All of them run on the Node.js that the job names. */
const handlers = ["Node24", "Node20_1", "Node16", "Node10", "Node"] as const;

const maxRetries = 10;

/**
 * Runs one task as a step of a job: environment in, commands out, results merged as in the agent's StepsRunner and
 * TaskRunner. What goes wrong in the task is a result, not an exception.
 *
 * @throws Error if the task folder has no readable `task.json`.
 */
export async function runTask(job: Job, request: TaskStep): Promise<StepResult> {
  const definition = await readTaskDefinition(request.taskFolder);
  const log = new StepLog(job.masker, job.isDebug, request.onLine ?? (() => {}));
  const step = new StepRecord({ ...job, definition, log, name: request.name });
  const displayName = request.displayName ?? definition.name;
  for (const warning of job.variables.recalculate()) log.warning(warning);

  log.section(`Starting: ${displayName}`);
  log.header(describeTask(definition));
  const scope = stepVariables(displayName, request.name);
  for (const [name, value] of Object.entries(scope)) job.variables.set(name, value);
  const end = await execute(job, request, step);
  for (const name of Object.keys(scope)) job.variables.unset(name);
  settleResult(step, request.continueOnError === true);
  log.section(`Finishing: ${displayName}`);
  return {
    result: step.result ?? "Succeeded",
    exitCode: end.exitCode,
    log: log.lines,
    rawOutput: Buffer.concat(end.output).toString(),
    issues: log.issues,
    outputVariables: Object.fromEntries(step.outputVariables.entries()),
    attachments: await readAttachments(step),
    progress: step.progress,
    resultMessage: job.masker.mask(step.resultMessage),
  };
}

interface ExecutionEnd {
  exitCode: number | null;
  output: Buffer[];
}

/** Runs the task's process until it ends, is retried in vain, canceled or timed out, and notes the result. */
async function execute(job: Job, request: TaskStep, step: StepRecord): Promise<ExecutionEnd> {
  const end: ExecutionEnd = { exitCode: null, output: [] };
  const cancel = request.cancel ?? new AbortController().signal;
  const timeout =
    request.timeoutMs === undefined ? new AbortController().signal : AbortSignal.timeout(request.timeoutMs);
  const stop = AbortSignal.any([cancel, timeout]);
  const onCancel = () =>
    step.log.error("The Operation will be canceled. The next steps may not contain expected logs.");
  cancel.addEventListener("abort", onCancel, { once: true });
  try {
    await retryTask(job, request, step, stop, end);
  } catch (error) {
    fail(step, (error as Error).message);
  }
  cancel.removeEventListener("abort", onCancel);
  if (cancel.aborted) {
    step.log.error("The operation was canceled.");
    step.result = "Canceled";
  } else if (timeout.aborted) {
    fail(step, "The task has timed out.");
  }
  return end;
}

/** The first run and its retries, each after a pause that grows with the square of their number (RetryHelper). */
async function retryTask(
  job: Job,
  request: TaskStep,
  step: StepRecord,
  stop: AbortSignal,
  end: ExecutionEnd,
): Promise<void> {
  const task = prepareProcess(job, request, step.definition);
  const runProcess = request.runProcess ?? runTaskProcess;
  const retries = Math.min(request.retryCountOnTaskFailure ?? 0, maxRetries);
  for (let retry = 0; ; retry++) {
    step.startAttempt();
    end.exitCode = await runProcess(task, {
      onLine: (line) => takeOutputLine(line, step),
      onOutput: (chunk) => end.output.push(chunk),
      cancel: stop,
      done: step.done,
      leave: isInContainer(job, request) ? (endProcesses) => void job.leftovers.push(endProcesses) : undefined,
    });
    if (stop.aborted) return;
    const failure = describeExit(end.exitCode, task);
    if (failure === undefined && step.result !== "Failed") return;
    if (retry >= retries) {
      if (failure !== undefined) fail(step, failure);
      return;
    }
    await pauseBeforeRetry(retry, retries, failure, step, stop);
    if (stop.aborted) return;
  }
}

async function pauseBeforeRetry(
  retry: number,
  retries: number,
  failure: string | undefined,
  step: StepRecord,
  stop: AbortSignal,
): Promise<void> {
  const pauseMs = (retry + 1) ** 2 * 1000;
  if (failure === undefined) {
    step.result = undefined;
    step.log.warning(
      `RetryHelper encountered task failure, will retry (attempt #: ${retry + 1} out of ${retries}) after ${pauseMs} ms`,
    );
  } else {
    step.log.warning(
      `RetryHelper encountered exception, will retry (attempt #: ${retry + 1} ${failure}) after ${pauseMs} ms`,
    );
  }
  await delay(pauseMs, undefined, { signal: stop }).catch(() => {});
}

/** An exit code is an error of the process, whatever the task said of its result. */
function describeExit(exitCode: number | null, { nodePath, script }: TaskProcess): string | undefined {
  if (exitCode === 0 || exitCode === null) return undefined;
  return `Exit code ${exitCode} returned from process: file name '${nodePath}', arguments '"${script}"'.`;
}

function fail(step: StepRecord, message: string): void {
  step.log.error(message);
  step.result = "Failed";
}

function prepareProcess(job: Job, request: TaskStep, definition: TaskDefinition): TaskProcess {
  const context = { variables: job.variables, environment: job.inheritedEnv, pathRoot: pathRoot(job) };
  const inputs = taskInputs(definition, request.inputs, context);
  const stepEnvironment = Object.entries(request.env ?? {}).map(([name, value]) => [
    name,
    expandTrimmed(value, context),
  ]);
  const isContained = isInContainer(job, request);
  const environment = taskEnvironment({
    inherited: isContained ? minimalEnvironment() : job.inheritedEnv,
    step: Object.fromEntries(stepEnvironment),
    variables: job.variables,
    inputs,
    connections: referencedConnections(definition, inputs, job.connections),
  });
  return {
    nodePath: job.nodePath,
    script: findScript(definition, request.taskFolder),
    workingDirectory: job.variables.get("System.DefaultWorkingDirectory") ?? job.workspace.sourcesFolder,
    environment: isContained ? hideHostPaths(environment, mountsOf(job, request)) : environment,
  };
}

function isInContainer({ request: { container } }: Job, { isOnHost }: TaskStep): boolean {
  return container !== undefined && isOnHost !== true;
}

/** What the agent mounts: the work folder with all that is in it, here wherever its parts are, and the job's volumes. */
function mountsOf({ request: { container }, workspace }: Job, { taskFolder }: TaskStep): string[] {
  const { workFolder, jobFolder, sourcesFolder, artifactsFolder, tempFolder, toolsFolder } = workspace;
  const volumes = container === undefined ? [] : readVolumes(container).paths;
  return [workFolder, jobFolder, sourcesFolder, artifactsFolder, tempFolder, toolsFolder, taskFolder, ...volumes];
}

/**
 * Where relative `filePath` inputs begin: a release's artifacts directory, the one repository, or what holds several
 * (GetRootedPath of BuildJobExtension and ReleaseJobExtension).
 */
function pathRoot({ hostType, request, variables, workspace }: Job): string {
  if (hostType === "release") return variables.get("System.ArtifactsDirectory") ?? workspace.artifactsFolder;
  if ((request.repositories ?? 1) === 1) return workspace.sourcesFolder;
  return variables.get("System.DefaultWorkingDirectory") ?? workspace.sourcesFolder;
}

function findScript(definition: TaskDefinition, taskFolder: string): string {
  const target = handlers.map((handler) => definition.execution[handler]?.target).find((found) => found !== undefined);
  if (target === undefined) {
    throw new Error(
      "The current operating system is not capable of running this task. That typically means the task was written for Windows only. For example, written for Windows Desktop PowerShell.",
    );
  }
  const script = join(taskFolder, target);
  if (!existsSync(script)) throw new Error(`File not found: '${script}'`);
  return script;
}

/** The variables that exist while one step runs. */
function stepVariables(displayName: string, name: string | undefined): Record<string, string> {
  return {
    "Task.DisplayName": displayName,
    "Task.PublishTelemetry": "False",
    "System.TaskDisplayName": displayName,
    "System.TaskInstanceName": name ?? "",
  };
}

function describeTask(definition: TaskDefinition): string[] {
  const rule = "=".repeat(78);
  return [
    rule,
    `Task         : ${definition.friendlyName}`,
    `Description  : ${definition.description}`,
    `Version      : ${versionOf(definition)}`,
    `Author       : ${definition.author}`,
    `Help         : ${definition.helpUrl ?? definition.helpMarkDown ?? ""}`,
    rule,
  ];
}

function settleResult(step: StepRecord, continueOnError: boolean): void {
  const result = step.result ?? "Succeeded";
  step.result = step.commandResult === undefined ? result : mergeResults(result, step.commandResult);
  if (step.result === "Failed" && continueOnError) step.result = "SucceededWithIssues";
}

/** Reads what the server would be sent. A file that no longer exists is skipped without a message. */
async function readAttachments(step: StepRecord): Promise<Attachment[]> {
  const read = step.attachments.map(async (attachment) => {
    const content = await readFile(attachment.path, "utf8").catch(() => undefined);
    return content === undefined ? [] : [{ ...attachment, content }];
  });
  return (await Promise.all(read)).flat();
}
