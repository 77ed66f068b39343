import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What the server and the agent read of a `task.json`. */
export interface TaskDefinition {
  id: string;
  name: string;
  friendlyName: string;
  description: string;
  author: string;
  helpUrl?: string;
  helpMarkDown?: string;
  version: { Major: number; Minor: number; Patch: number };
  minimumAgentVersion?: string;
  groups?: readonly { name: string; visibleRule?: string }[];
  inputs?: readonly TaskInput[];
  outputVariables?: readonly { name: string }[];
  execution: Record<string, { target: string }>;
  restrictions?: { commands?: { mode?: string }; settableVariables?: { allowed?: readonly string[] } };
}

/** One input as `task.json` declares it. */
export interface TaskInput {
  name: string;
  type: string;
  aliases?: readonly string[];
  defaultValue?: string | boolean;
  required?: boolean;
  visibleRule?: string;
  groupName?: string;
  options?: Record<string, string>;
  properties?: Record<string, string | boolean>;
}

/**
 * Reads `task.json` of a task folder.
 *
 * @throws Error that names the file where it is missing or is no JSON.
 */
export async function readTaskDefinition(taskFolder: string): Promise<TaskDefinition> {
  const file = join(taskFolder, "task.json");
  const text = await readFile(file, "utf8");
  try {
    return JSON.parse(text.replace(/^\uFEFF/, "")) as TaskDefinition;
  } catch (error) {
    throw new Error(`${file} is not valid JSON: ${(error as Error).message}`);
  }
}

/** The three numbers of a task's version, joined by dots. */
export function versionOf({ version }: TaskDefinition): string {
  return `${version.Major}.${version.Minor}.${version.Patch}`;
}
