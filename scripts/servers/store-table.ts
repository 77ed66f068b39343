import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { readTitle } from "./departures.ts";
import type { StoreOperation } from "./mocha-run.ts";

const documentPath = fileURLToPath(new URL("../../docs/compatible-stores.md", import.meta.url));
const [begin, end] = ["<!-- The table below is written by a run: begin -->", "<!-- end -->"];

/** The tests of `test/stores`, in the order of the table. */
const groups = ["Uploads", "Downloads", "Web sites"];

/** What the tests found that a store can do. */
export interface StoreColumn {
  /** With the version. */
  readonly server: string;
  readonly operations: readonly StoreOperation[];
}

/** The table of `docs/compatible-stores.md`: operations down, stores across. @param columns - of the same operations. */
export function storeTable(columns: readonly StoreColumn[]): string {
  const header = ["", ...columns.map(({ server }) => server)];
  const rows = groups.flatMap((group) => {
    const titles = (columns[0]?.operations ?? []).filter((operation) => operation.group === group).map(ownTitle);
    const heading = [`**${group}**`, ...columns.map(() => "")];
    return [heading, ...titles.map((title) => [title, ...columns.map((column) => cell(column, group, title))])];
  });
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function cell({ operations }: StoreColumn, group: string, title: string): string {
  const operation = operations.find((each) => each.group === group && ownTitle(each) === title);
  if (operation === undefined) return "?";
  const reason = readTitle(operation.title).departure?.reason;
  return reason === undefined ? "yes" : `no: ${reason}`;
}

function ownTitle({ title }: StoreOperation): string {
  return readTitle(title).title;
}

/** Writes the table into the document. */
export async function writeStoreTable(table: string): Promise<void> {
  const [before, , after] = split(await readFile(documentPath, "utf8"));
  await writeFile(documentPath, `${before}${begin}\n\n${table}\n\n${end}${after}`);
}

/** Whether the document has this table. */
export async function hasStoreTable(table: string): Promise<boolean> {
  return split(await readFile(documentPath, "utf8"))[1].trim() === table;
}

function split(document: string): [before: string, table: string, after: string] {
  const [beginAt, endAt] = [document.indexOf(begin), document.indexOf(end)];
  if (beginAt < 0 || endAt < beginAt) throw new Error(`${documentPath} has no place for the table.`);
  return [
    document.slice(0, beginAt),
    document.slice(beginAt + begin.length, endAt),
    document.slice(endAt + end.length),
  ];
}
