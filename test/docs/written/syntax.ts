import type { DeclaredInput, DeclaredTask } from "../../tasks/inputs/declared-inputs.ts";
import { inYaml, typeOf, whenShown } from "./input-facts.ts";

/** The step with all of its inputs, as Microsoft's task reference has it: those that may be left out are commented out. */
export function renderSyntax(task: DeclaredTask): string {
  const ungrouped = task.inputs.filter(({ groupName }) => groupName === undefined);
  const groups = task.groups.map(({ name, displayName }) => [
    `  # ${displayName}`,
    ...task.inputs.filter(({ groupName }) => groupName === name).map(renderInput),
  ]);
  return [
    "```yaml syntax",
    `# ${task.friendlyName}`,
    `# ${task.description}.`,
    `- task: ${task.name}@1`,
    "  inputs:",
    ...ungrouped.map(renderInput),
    ...groups.flat(),
    "```",
  ].join("\n");
}

function renderInput(input: DeclaredInput): string {
  const { name, label, required, defaultValue = "", aliases = [] } = input;
  const shown = whenShown(input);
  const facts = [
    typeOf(input),
    ...aliases.map((alias) => `Alias: ${alias}`),
    ...(required ? ["Required"] : []),
    ...(shown ? [`Use ${shown.replaceAll("`", "")}`] : []),
    label,
    ...(defaultValue === "" ? [] : [`Default: ${defaultValue}`]),
  ];
  const value = defaultValue === "" ? "" : ` ${inYaml(defaultValue).trim()}`;
  return `    ${required ? "" : "#"}${name}:${value} # ${facts.join(". ")}.`;
}
