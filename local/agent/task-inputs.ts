import { isAbsolute, join, normalize } from "node:path";
import { CaseInsensitiveMap } from "./case-insensitive-map.ts";
import { expandMacros } from "./macros.ts";
import type { TaskDefinition } from "./task-definition.ts";
import type { Variables } from "./variables.ts";

/** What the agent needs to turn the inputs of a step into those that its task sees. */
export interface InputContext {
  variables: Variables;
  /** The agent's own environment: `$(NAME)` finds it where no variable has that name. */
  environment: Record<string, string>;
  /** Where relative paths begin. */
  pathRoot: string;
}

/**
 * The inputs as the task finds them: defaults filled in, literal values trimmed, variables expanded, then paths rooted
 * (the agent's TaskRunner).
 *
 * @param given by input name, in any case. Names which the task does not declare reach it too.
 */
export function taskInputs(
  definition: TaskDefinition,
  given: Record<string, string>,
  context: InputContext,
): CaseInsensitiveMap<string> {
  const declared = definition.inputs ?? [];
  const inputs = new CaseInsensitiveMap<string>();
  for (const { name, defaultValue } of declared) inputs.set(name, String(defaultValue ?? ""));
  for (const [name, value] of Object.entries(given)) inputs.set(name, value);
  for (const [name, value] of [...inputs.entries()]) inputs.set(name, expandTrimmed(value, context));
  for (const { name, type } of declared) {
    if (type.toLowerCase() === "filepath") inputs.set(name, rootPath(inputs.get(name) ?? "", context.pathRoot));
  }
  return inputs;
}

/**
 * Trims a literal value, then expands it: by the job's variables, then by the agent's environment. What a variable
 * holds is not trimmed.
 */
export function expandTrimmed(literal: string, { variables, environment }: Omit<InputContext, "pathRoot">): string {
  return expandMacros(variables.expand(literal.trim()), (name) => environment[name]);
}

/** Makes a path absolute, as the agent does for every `filePath` input: an empty one becomes the root itself. */
function rootPath(path: string, root: string): string {
  return isAbsolute(path) ? normalize(path) : join(root, path);
}
