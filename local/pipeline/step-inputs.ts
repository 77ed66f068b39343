import { CaseInsensitiveMap } from "../agent/case-insensitive-map.ts";
import type { ServiceConnection } from "../agent/service-connection.ts";
import type { TaskDefinition, TaskInput } from "../agent/task-definition.ts";
import { isVisible } from "./visible-rule.ts";

/** What the server makes of a step's inputs before an agent sees them. */
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
  /** What to do where there is none, said behind what the server says. */
  connectionAdvice?: string | undefined;
  /** Expands the variables which are known before the job starts; the server needs no others. */
  expand: (text: string) => string;
}

/** Resolves aliases and connection names, and checks required inputs, choices and booleans. */
export function resolveInputs(resolution: InputResolution): ResolvedInputs {
  const { definition, given } = resolution;
  const declared = definition.inputs ?? [];
  const resolved: ResolvedInputs = { inputs: {}, problems: [], warnings: [] };
  const values = new CaseInsensitiveMap(declared.map(({ name, defaultValue }) => [name, String(defaultValue ?? "")]));

  for (const [key, value] of Object.entries(given)) {
    const input = findInput(declared, key);
    const name = input?.name ?? key;
    if (input === undefined) resolved.warnings.push(`input ${key} is unknown to the task.`);
    if (name in resolved.inputs) resolved.problems.push(`input ${name} is given twice (${key} is another name of it).`);
    resolved.inputs[name] = input === undefined ? value : resolveValue(input, value, resolution, resolved.problems);
    values.set(name, value);
  }
  for (const { name, required, visibleRule } of declared) {
    if (required !== true || values.get(name)?.trim() !== "") continue;
    const isAsked = visibleRule === undefined || isVisible(visibleRule, (other) => values.get(other)?.trim());
    if (isAsked) resolved.problems.push(`input ${name} is required.`);
  }
  return resolved;
}

function findInput(declared: readonly TaskInput[], key: string): TaskInput | undefined {
  const wanted = key.toLowerCase();
  return declared.find(({ name, aliases = [] }) => [name, ...aliases].some((known) => known.toLowerCase() === wanted));
}

function resolveValue(input: TaskInput, value: string, resolution: InputResolution, problems: string[]): string {
  const text = value.trim();
  if (text === "") return value;
  if (text.includes("${{")) {
    problems.push(`input ${input.name} holds a template expression, which only the server expands: ${text}`);
    return value;
  }
  if (input.type.toLowerCase().startsWith("connectedservice:")) {
    return resolveConnection(input, resolution.expand(text), resolution, problems);
  }
  if (text.includes("$(")) return value;
  if (input.type === "boolean" && !/^(true|false)$/i.test(text)) {
    problems.push(`input ${input.name} must be true or false, not '${text}'.`);
  }
  if (input.type === "pickList" || input.type === "radio") checkChoice(input, text, problems);
  return value;
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

function checkChoice(input: TaskInput, text: string, problems: string[]): void {
  const isOn = (property: string) => String(input.properties?.[property] ?? "").toLowerCase() === "true";
  if (isOn("EditableOptions")) return;
  const isMultiple = isOn("MultiSelect") || isOn("MultiSelectFlatList");
  const options = Object.keys(input.options ?? {});
  const unknown = (isMultiple ? text.split(",") : [text])
    .map((choice) => choice.trim())
    .filter((choice) => !options.some((option) => option.toLowerCase() === choice.toLowerCase()));
  for (const choice of unknown) {
    problems.push(`input ${input.name} must be one of ${options.join(", ")}, not '${choice}'.`);
  }
}
