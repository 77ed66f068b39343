import type { DeclaredTask } from "../../tasks/inputs/declared-inputs.ts";

export function renderOutputs({ name, outputVariables }: DeclaredTask): string {
  const [{ name: example = "" } = {}] = outputVariables;
  return [
    `Give the step a name, for example \`name: step1\`. Later steps of the job read \`$(step1.${example})\`; without a name, \`$(${name}.${example})\`.`,
    "",
    "| output variable | meaning |",
    "|---|---|",
    ...outputVariables.map(({ name: output, description }) => `| \`${output}\` | ${description} |`),
  ].join("\n");
}

export function renderRequirements({
  visibility,
  runsOn,
  minimumAgentVersion,
  execution,
  category,
  outputVariables,
}: DeclaredTask): string {
  const nodes = Object.keys(execution).map((handler) => handler.replace(/^Node(\d+).*/, "$1"));
  return [
    "| requirement | |",
    "|---|---|",
    `| pipeline types | ${visibility.includes("Build") ? "YAML, classic build" : ""}${visibility.includes("Release") ? ", classic release" : ""} |`,
    `| runs on | ${runsOn.map(wordsOf).join(", ")}: Linux, macOS and Windows |`,
    `| agent version | ${minimumAgentVersion} or later |`,
    `| Node.js | comes with the agent: ${nodes.join(" or ")} |`,
    "| demands, capabilities | none |",
    `| settable variables | only its output variables: ${outputVariables.map(({ name }) => `\`${name}\``).join(", ")} |`,
    `| task category | ${category} |`,
  ].join("\n");
}

/** `DeploymentGroup` as readers write it. */
function wordsOf(place: string): string {
  return place.replace(/(?<!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase();
}
