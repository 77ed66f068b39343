import { type DeclaredInput, type DeclaredTask, declaredTask } from "../../tasks/inputs/declared-inputs.ts";
import type { InputRow } from "../../tasks/inputs/input-row.ts";
import type { InputTable } from "../../tasks/inputs/input-table.ts";
import { inYaml, typeOf, whenShown } from "./input-facts.ts";

/** Inputs whose examples name a secret variable, and not the value that the tests use. */
const SECRETS = ["customerKey"];

/** Each input under a heading of its own, with a list of all of them before. */
export function renderInputs({ task, rows }: InputTable): string {
  const declared = declaredTask(task);
  const rowOf = (name: string) => {
    const row = rows.find(({ input }) => input === name);
    if (row === undefined) throw new Error(`${task}: no row for ${name}`);
    return row;
  };
  return [
    "All wrong inputs of a step are reported at once, before anything is sent. Upper and lower case are the same for `true`, `false` and the values of lists.",
    ...renderContents(declared),
    ...declared.inputs.map((input) => renderInput(input, rowOf(input.name))),
    "*The tests of the tasks run every example.*",
  ].join("\n\n");
}

function renderContents({ inputs, groups }: DeclaredTask): string[] {
  const linksOf = (group: string | undefined) =>
    inputs
      .filter(({ groupName }) => groupName === group)
      .map(({ name }) => `[${name}](#${name.toLowerCase()})`)
      .join(" · ");
  return [linksOf(undefined), ...groups.map(({ name, displayName }) => `**${displayName}**: ${linksOf(name)}`)];
}

function renderInput(input: DeclaredInput, row: InputRow): string {
  return [
    `### ${input.name}`,
    renderFacts(input),
    input.helpMarkDown,
    ...renderMore(input, row),
    renderExample(row),
  ].join("\n\n");
}

function renderFacts(input: DeclaredInput): string {
  const { label, required, defaultValue = "", options, aliases = [] } = input;
  const facts = [
    `**${label}**`,
    ...(options ? [] : [typeOf(input)]),
    ...(required ? ["required"] : []),
    ...(defaultValue === "" ? [] : [`default \`${defaultValue}\``]),
    ...aliases.map((alias) => `also \`${alias}\``),
  ];
  return facts.join(" · ");
}

function renderMore(input: DeclaredInput, { empty }: InputRow): string[] {
  const { helpMarkDown, defaultValue = "", required } = input;
  const shown = whenShown(input);
  const lines = [
    ...renderValues(input),
    ...(defaultValue !== "" || required || /\bif empty\b/i.test(helpMarkDown) ? [] : [`If empty: ${empty.says}.`]),
    ...(shown ? [`The form shows it ${shown}.`] : []),
  ];
  return lines.length === 0 ? [] : [lines.join(" ")];
}

function renderValues({ options, properties = {} }: DeclaredInput): string[] {
  if (options === undefined) return [];
  const values = Object.entries(options)
    .filter(([value]) => value !== "")
    .map(([value, shown]) => (shown === value ? `\`${value}\`` : `\`${value}\` (${shown})`));
  return [`${properties.MultiSelectFlatList ? "Several of" : "Allowed values"}: ${values.join(", ")}.`];
}

/** The first valid case of the tests: with the inputs that it needs, but for those that every step has. */
function renderExample({ input, valid: [example] }: InputRow): string {
  if (example === undefined) throw new Error(`${input}: no valid case`);
  const { value, others = {} } = example;
  const inputs = { [input]: SECRETS.includes(input) ? `$(${input})` : value, ...others };
  const shown = Object.entries(inputs)
    .filter(([name, each]) => name === input || each !== "")
    .map(([name, each]) => [name, inPipeline(SECRETS.includes(name) ? `$(${name})` : each)] as const);
  if (shown.some(([, each]) => each.includes("\n"))) {
    // A value of several lines ends with a line break, as people write it; the agent trims values.
    const written = shown.map(([name, each]) => [name, each.includes("\n") ? `${each}\n` : each]);
    return `\`\`\`yaml inputs\n${inYaml(Object.fromEntries(written))}\`\`\``;
  }
  const [first, ...needed] = shown.map(([name, each]) => `\`${inYaml({ [name]: each }).trim()}\``);
  return `Example: ${first}${needed.length > 0 ? ` with ${needed.join(" and ")}` : ""}`;
}

/** A value as a pipeline writes it, with names in place of what the tests fill in. */
function inPipeline(value: string): string {
  return value
    .replaceAll("SOURCE", "$(Build.SourcesDirectory)")
    .replaceAll("CONNECTION", "my-aws-connection")
    .replaceAll("TOOLKIT", "my-toolkit-connection");
}
