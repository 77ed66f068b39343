import type { ServiceConnection } from "../agent/service-connection.ts";
import type { TaskDefinition, TaskInput } from "../agent/task-definition.ts";

/** The changes that the server makes to a step's inputs before an agent gets them. */
export interface ResolvedInputs {
  /** By the inputs' real names; connections by GUID. Defaults are left to the agent. */
  inputs: Record<string, string>;
  /** Each a clause that follows "Job …: Step …". */
  problems: string[];
  warnings: string[];
}

export interface InputResolution {
  definition: TaskDefinition;
  /** As the YAML has them: by name or alias, in any case. */
  given: Record<string, string>;
  /** A connection by its name or GUID. */
  findConnection: (name: string) => ServiceConnection | undefined;
  /** What to do if there is none, added to the server's message. */
  connectionAdvice?: string | undefined;
  /** Expands the variables which are known before the job starts; the server needs no others. */
  expand: (text: string) => string;
}

/**
 * Resolves aliases and connection names. In YAML the server checks nothing else: required inputs, choices and booleans
 * are for the task to check.
 */
export function resolveInputs(resolution: InputResolution): ResolvedInputs {
  const { definition, given } = resolution;
  const resolved: ResolvedInputs = { inputs: {}, problems: [], warnings: [] };
  for (const [key, value] of Object.entries(given)) {
    const input = findInput(definition.inputs ?? [], key);
    const name = input?.name ?? key;
    if (input === undefined) resolved.warnings.push(`input ${key} is unknown to the task.`);
    if (name in resolved.inputs) resolved.problems.push(`input ${name} is given twice (${key} is another name of it).`);
    resolved.inputs[name] = input === undefined ? value : resolveValue(input, value, resolution, resolved.problems);
  }
  return resolved;
}

function findInput(declared: readonly TaskInput[], key: string): TaskInput | undefined {
  const wanted = key.toLowerCase();
  return declared.find(({ name, aliases = [] }) => [name, ...aliases].some((known) => known.toLowerCase() === wanted));
}

function resolveValue(input: TaskInput, value: string, resolution: InputResolution, problems: string[]): string {
  const text = value.trim();
  if (text.includes("${{")) {
    problems.push(`input ${input.name} holds a template expression, which only the server expands: ${text}`);
    return value;
  }
  const isConnection = text !== "" && input.type.toLowerCase().startsWith("connectedservice:");
  return isConnection ? resolveConnection(input, resolution.expand(text), resolution, problems) : value;
}

function resolveConnection(
  input: TaskInput,
  name: string,
  { findConnection, connectionAdvice }: InputResolution,
  problems: string[],
): string {
  const connection = findConnection(name);
  if (connection === undefined) {
    problems.push(
      `input ${input.name} references service connection ${name} which could not be found. The service connection does not exist, has been disabled or hasn't been authorized for use.${connectionAdvice ? ` ${connectionAdvice}` : ""}`,
    );
    return name;
  }
  const type = input.type.slice(input.type.indexOf(":") + 1).split(":")[0];
  if (connection.type.toLowerCase() !== type?.toLowerCase()) {
    problems.push(
      `input ${input.name} expects a service connection of type ${type} but the provided service connection ${name} is of type ${connection.type}.`,
    );
  }
  return connection.id;
}
