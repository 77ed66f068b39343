import type { Issue } from "./step-log.ts";
import type { Progress, QueuedAttachment, SetVariable } from "./step-record.ts";
import type { runTaskProcess } from "./task-process.ts";
import type { TaskResult } from "./task-result.ts";

/** One step of a job: a task and what it is given. */
export interface TaskStep {
  /** Holds `task.json` and the script that it names. */
  taskFolder: string;
  /** By the real names of the inputs, connections by GUID: as the server sends them. */
  inputs: Record<string, string>;
  /** The step's `env:` block. */
  env?: Record<string, string> | undefined;
  /** The step's `name:`: its output variables become `name.variable`. */
  name?: string | undefined;
  displayName?: string | undefined;
  /** A failed step becomes one that succeeded with issues. */
  continueOnError?: boolean | undefined;
  /** How often a failed task is run again, in the same folder; the agent allows 10. */
  retryCountOnTaskFailure?: number | undefined;
  /** Each line of the log as it is written: secrets masked, commands shown as the agent shows them. */
  onLine?: ((line: string) => void) | undefined;
  /** Cancels the job: the task is signalled with the agent's own timings. */
  cancel?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  /** The step's `target: host`: it does not run in the job's container. */
  isOnHost?: boolean | undefined;
  /** Runs the task's process in another way than the agent's. */
  runProcess?: typeof runTaskProcess | undefined;
}

/** A file that the task attached; `content` is what it held when the step had ended. */
export interface Attachment extends QueuedAttachment {
  content: string;
}

export interface StepResult {
  result: TaskResult;
  /** 128 and the signal's number for a killed task, 0 in a container; null where it never ran or was not waited for. */
  exitCode: number | null;
  /** The masked log. */
  log: string[];
  /** All that the task wrote to standard output and standard error, not masked. */
  rawOutput: string;
  issues: Issue[];
  /** Those that the task or its commands declare to be outputs. Others become job variables. */
  outputVariables: Record<string, SetVariable>;
  attachments: Attachment[];
  progress: Progress[];
  /** The message of the task's last `task.complete`, masked. */
  resultMessage: string;
}
