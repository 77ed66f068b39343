import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { EmptyCase, InputCase, InputRow } from "./input-row.ts";
import type { InputTable } from "./input-table.ts";

interface DeclaredInput {
  readonly name: string;
  readonly required?: boolean;
  readonly defaultValue?: string;
  readonly options?: Readonly<Record<string, string>>;
}

/** Longer values are shortened in the documentation. */
const MAX_SHOWN_LENGTH = 160;

/** The inputs that a task's `task.json` declares, in their order. */
export function declaredInputs(task: string): DeclaredInput[] {
  const file = fileURLToPath(new URL(`../../../tasks/${task}/task.json`, import.meta.url));
  return JSON.parse(readFileSync(file, "utf8")).inputs;
}

/** The page of the documentation that these tables are. */
export function renderDocument(tables: readonly InputTable[]): string {
  return [
    "<!-- Written by test/tasks/inputs/write-document.ts: change the rows there, not this page. -->",
    "",
    "# The inputs of the tasks",
    "",
    "The meaning of each input, and the message for a wrong value. All wrong inputs of a step are reported at once, before anything is",
    "sent. Upper and lower case are the same for `true`, `false` and the values of lists. Spaces around a value are ignored.",
    "If a message depends on the store, it is the one for Amazon S3.",
    "",
    ...tables.flatMap(renderTable),
    "*The tests of the tasks try every example and every message of this page.*",
    "",
  ].join("\n");
}

function renderTable({ task, rows }: InputTable): string[] {
  const declared = declaredInputs(task);
  const sorted = declared.flatMap(({ name }) => rows.filter((row) => row.input === name));
  return [
    `## ${task}@1`,
    "",
    "| input | meaning | default | example | if empty | wrong value, and its message |",
    "|---|---|---|---|---|---|",
    ...sorted.map((row) =>
      renderRow(
        row,
        declared.find(({ name }) => name === row.input),
      ),
    ),
    "",
  ];
}

function renderRow({ input, meaning, valid, empty, wrong }: InputRow, declared: DeclaredInput | undefined): string {
  const byDefault = declared?.defaultValue ? code(declared.defaultValue) : declared?.required ? "*required*" : "";
  const [example] = valid;
  const cells = [
    code(input),
    meaning.replaceAll("|", "\\|"),
    byDefault,
    example ? renderCase(example) : "",
    renderEmpty(empty),
    wrong.map((item) => `${renderCase(item)} → ${item.errors.map(code).join("<br>")}`).join("<br>"),
  ];
  return `| ${cells.join(" | ")} |`;
}

function renderEmpty(empty: EmptyCase): string {
  return "errors" in empty ? `${empty.says} → ${empty.errors.map(code).join("<br>")}` : empty.says;
}

function renderCase({ value, others = {}, connection, toolkit, variables = {} }: InputCase): string {
  const conditions = [
    ...Object.entries({ ...others, ...variables }).map(([name, other]) => code(`${name}: ${shorten(other)}`)),
    ...(connection ? [connection.says] : []),
    ...(toolkit ? [toolkit.says] : []),
  ];
  const shown = value === "" ? "nothing" : code(shorten(value));
  return conditions.length === 0 ? shown : `${shown} with ${conditions.join(" and ")}`;
}

function shorten(value: string): string {
  const shown = value.replaceAll("CONNECTION", "my-connection").replaceAll("TOOLKIT", "toolkit-connection");
  return shown.length > MAX_SHOWN_LENGTH ? `${shown.slice(0, 40)}…` : shown;
}

/** As code, line by line: a table has no line breaks in its cells, and blanks at the start of a line would not be seen. */
function code(text: string): string {
  const lines = text.replaceAll("SOURCE", "/agent/_work/1/s").replaceAll("|", "\\|").split("\n");
  return lines.map((line) => `\`${line.replace(/^ +/, (blanks) => "\u00a0".repeat(blanks.length))}\``).join("<br>");
}
