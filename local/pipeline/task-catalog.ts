import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readTaskDefinition, type TaskDefinition } from "../agent/task-definition.ts";
import { PipelineError } from "./pipeline-error.ts";

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

  /**
   * The task that `Name@1`, `publisher.extension.Name@1` or a GUID in place of the name refers to.
   *
   * @returns undefined for another's task.
   * @throws Error where the task is ours but the version is not.
   */
  find(reference: string): CatalogTask | undefined {
    const [path = "", version = ""] = reference.split("@");
    const name = path.split(".").at(-1)?.toLowerCase();
    const task = this.#tasks.find(({ definition }) =>
      [definition.name.toLowerCase(), definition.id.toLowerCase()].some((known) => known === name),
    );
    if (task === undefined) return undefined;
    const { Major } = task.definition.version;
    if (version.split(".")[0] === String(Major)) return task;
    throw new Error(`Task ${reference} is missing: here is ${task.definition.name}@${Major}.`);
  }
}

/**
 * Reads every task below a folder.
 *
 * @param tasksFolder holds one folder for each task: `dist/extension/tasks`, or that of an unpacked `.vsix`.
 * @throws PipelineError where there is none.
 */
export async function readTaskCatalog(tasksFolder: string): Promise<TaskCatalog> {
  const entries = await readdir(tasksFolder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(tasksFolder, name));
  if (folders.length === 0) {
    throw new PipelineError([`There are no tasks in ${tasksFolder}: run "npm run build" first.`]);
  }
  const tasks = folders.map(async (folder) => ({ folder, definition: await readTaskDefinition(folder) }));
  return new TaskCatalog(await Promise.all(tasks));
}
