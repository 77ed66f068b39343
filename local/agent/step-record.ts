import { CaseInsensitiveMap } from "./case-insensitive-map.ts";
import type { SecretMasker } from "./secret-masker.ts";
import type { StepLog } from "./step-log.ts";
import type { TaskDefinition } from "./task-definition.ts";
import { mergeResults, type TaskResult } from "./task-result.ts";
import type { Variables } from "./variables.ts";

/** A value that a task has given to a variable. */
export interface SetVariable {
  value: string;
  isSecret: boolean;
}

/** A file that a task wants the server to keep. It is read when the step has ended. */
export interface QueuedAttachment {
  type: string;
  name: string;
  path: string;
}

export interface Progress {
  percent: number;
  text: string;
}

/** What is known of a running step; logging commands change it. */
export class StepRecord {
  readonly definition: TaskDefinition;
  readonly log: StepLog;
  readonly masker: SecretMasker;
  readonly variables: Variables;
  /** The step's `name:`, under which its output variables go on to later steps. */
  readonly name: string | undefined;
  readonly outputVariables = new CaseInsensitiveMap<SetVariable>();
  readonly attachments: QueuedAttachment[] = [];
  readonly progress: Progress[] = [];
  /** What the task said of its end, or what became of its process. */
  result: TaskResult | undefined;
  /** Failed as soon as one logging command failed. */
  commandResult: TaskResult | undefined;
  resultMessage = "";
  #done = new AbortController();

  constructor(parts: Pick<StepRecord, "definition" | "log" | "masker" | "variables" | "name">) {
    this.definition = parts.definition;
    this.log = parts.log;
    this.masker = parts.masker;
    this.variables = parts.variables;
    this.name = parts.name;
  }

  /** Aborted when the task has said `done=true`: it need not exit by itself. */
  get done(): AbortSignal {
    return this.#done.signal;
  }

  /** A retried task says again when it is done. */
  startAttempt(): void {
    this.#done = new AbortController();
  }

  /** Takes a result from the task; the worst of all stands. */
  complete(result: TaskResult, message: string, isDone: boolean): void {
    this.result = mergeResults(this.result, result);
    this.resultMessage = message;
    this.addProgress(100, message);
    if (isDone) this.#done.abort();
  }

  /** Progress never goes back. */
  addProgress(percent: number, text: string): void {
    this.progress.push({ percent: Math.max(percent, this.progress.at(-1)?.percent ?? 0), text });
  }

  /**
   * Sets a variable: for the job, or where it is an output (the task or the command says so) under the step's name.
   * Outputs are read-only from then on.
   */
  setVariable(name: string, value: string, flags: { isSecret: boolean; isOutput: boolean; isReadOnly: boolean }): void {
    const { isSecret } = flags;
    const declared = this.definition.outputVariables ?? [];
    const isOutput = flags.isOutput || declared.some((output) => output.name.toLowerCase() === name.toLowerCase());
    if (!isOutput) {
      this.variables.set(name, value, flags);
      return;
    }
    if (isSecret) this.masker.add(value);
    this.outputVariables.set(name, { value, isSecret });
    if (this.name !== undefined) this.variables.set(`${this.name}.${name}`, value, { isSecret, isReadOnly: true });
  }
}
