import { type DeclaredTask, declaredTask } from "../../tasks/inputs/declared-inputs.ts";
import type { InputTable } from "../../tasks/inputs/input-table.ts";
import { renderInputs } from "./inputs.ts";
import { renderSyntax } from "./syntax.ts";

type Section = "syntax" | "inputs" | "output variables" | "requirements";

/** What `npm run docs` writes into the page of a task. */
export function renderSections(table: InputTable): Readonly<Record<Section, string>> {
  const task = declaredTask(table.task);
  return {
    syntax: renderSyntax(task),
    inputs: renderInputs(table),
    "output variables": renderOutputs(task),
    requirements: renderRequirements(task),
  };
}

function renderOutputs({ name, outputVariables }: DeclaredTask): string {
  const [{ name: example = "" } = {}] = outputVariables;
  return [
    `Give the step a name, for example \`name: step1\`. Later steps of the job read \`$(step1.${example})\`; without a name, \`$(${name}.${example})\`.`,
    "",
    "| output variable | meaning |",
    "|---|---|",
    ...outputVariables.map(({ name: output, description }) => `| \`${output}\` | ${description} |`),
  ].join("\n");
}

function renderRequirements({
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

const beginOf = (section: string) => `<!-- ${section}: written by npm run docs, from here -->`;
const endOf = (section: string) => `<!-- ${section}: to here -->`;

/**
 * Puts the written sections into a page between their marks.
 *
 * @throws Error if the page has no marks for a section.
 */
export function fillPage(page: string, sections: Readonly<Record<string, string>>): string {
  return Object.entries(sections).reduce((text, [section, content]) => {
    const [before, rest] = text.split(beginOf(section));
    const [, after] = rest?.split(endOf(section)) ?? [];
    if (before === undefined || after === undefined) throw new Error(`The page has no marks for ${section}.`);
    return `${before}${beginOf(section)}\n\n${content}\n\n${endOf(section)}${after}`;
  }, page);
}

/** The page without what `npm run docs` writes. */
export function proseOf(page: string): string {
  return page.replace(/<!-- [\w ]+: written by npm run docs, from here -->[\s\S]*?<!-- [\w ]+: to here -->/g, "");
}
