import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readTaskDefinition, type TaskDefinition } from "../agent/task-definition.ts";
import { PipelineError } from "./pipeline-error.ts";
import { refusals } from "./task-rules.ts";

/** A task that can be run here. */
export interface CatalogTask {
  folder: string;
  definition: TaskDefinition;
}

/** The tasks of a built or unpacked extension. */
export class TaskCatalog {
  readonly #tasks: readonly CatalogTask[];

  constructor(tasks: readonly CatalogTask[]) {
    this.#tasks = tasks;
  }

  get names(): string[] {
    return this.#tasks.map(({ definition }) => definition.name);
  }

  /** Whether a reference is to one of these tasks, of whatever version. */
  has(reference: string): boolean {
    return this.#named(reference) !== undefined;
  }

  /**
   * The task that `Name@1`, `publisher.extension.Name@1` or a GUID instead of the name refers to.
   *
   * @returns undefined for another's task.
   * @throws Error if the task is ours but the version is not.
   */
  find(reference: string): CatalogTask | undefined {
    const task = this.#named(reference);
    if (task === undefined) return undefined;
    const version = reference.split("@")[1] ?? "";
    const { Major } = task.definition.version;
    if (version.split(".")[0] === String(Major)) return task;
    throw new Error(`Task ${reference} is missing: here is ${task.definition.name}@${Major}.`);
  }

  #named(reference: string): CatalogTask | undefined {
    const name = reference.split("@")[0]?.split(".").at(-1)?.toLowerCase();
    return this.#tasks.find(({ definition }) =>
      [definition.name.toLowerCase(), definition.id.toLowerCase()].some((known) => known === name),
    );
  }
}

/**
 * Reads every task below a folder.
 *
 * @param tasksFolder holds one folder for each task: `dist/extension/tasks`, or that of an unpacked `.vsix`.
 * @throws PipelineError where there is none, or the server would refuse one.
 */
export async function readTaskCatalog(tasksFolder: string): Promise<TaskCatalog> {
  const entries = await readdir(tasksFolder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(tasksFolder, name));
  if (folders.length === 0) {
    throw new PipelineError([`There are no tasks in ${tasksFolder}: run "npm run build" first.`]);
  }
  const tasks = await Promise.all(folders.map(readTask));
  const problems = tasks.flatMap(({ definition }) =>
    refusals(definition).map((refusal) => `Azure DevOps refuses the task ${definition.name}. ${refusal}`),
  );
  if (problems.length > 0) throw new PipelineError(problems);
  return new TaskCatalog(tasks);
}

/** The tasks behind the steps that are scripts, by the kind of the step. */
const scriptTasks: Readonly<Record<string, string>> = {
  script: "CmdLine",
  bash: "Bash",
  pwsh: "PowerShell",
  powershell: "PowerShell",
};

/** The task that runs a script: the local agent's replacement for Azure Pipelines' own. */
export async function readScriptTask(kind: string): Promise<CatalogTask> {
  return await readTask(join(import.meta.dirname, "../agent/script-tasks", scriptTasks[kind] ?? ""));
}

async function readTask(folder: string): Promise<CatalogTask> {
  return { folder, definition: await readTaskDefinition(folder) };
}
