import { readFileSync } from "node:fs";

/** A task as its `task.json` declares it. */
export interface DeclaredTask {
  readonly name: string;
  readonly friendlyName: string;
  readonly description: string;
  readonly category: string;
  readonly visibility: readonly string[];
  readonly runsOn: readonly string[];
  readonly minimumAgentVersion: string;
  readonly groups: readonly { readonly name: string; readonly displayName: string }[];
  readonly inputs: readonly DeclaredInput[];
  readonly outputVariables: readonly { readonly name: string; readonly description: string }[];
  readonly execution: Readonly<Record<string, object>>;
}

export interface DeclaredInput {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly helpMarkDown: string;
  readonly required?: boolean;
  readonly defaultValue?: string;
  readonly groupName?: string;
  readonly visibleRule?: string;
  readonly aliases?: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, unknown>>;
}

export function declaredTask(task: string): DeclaredTask {
  return JSON.parse(readFileSync(new URL(`../../../tasks/${task}/task.json`, import.meta.url), "utf8"));
}

/** The inputs that a task's `task.json` declares, in their order. */
export function declaredInputs(task: string): readonly DeclaredInput[] {
  return declaredTask(task).inputs;
}
