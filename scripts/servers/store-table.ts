import { readTitle } from "./departures.ts";
import type { StoreOperation } from "./mocha-run.ts";

/** The page with the table: operations down, stores across. */
export const storePage = new URL("../../docs/compatible-stores.md", import.meta.url);

const [begin, end] = ["<!-- The table below is written by a run: begin -->", "<!-- end -->"];

/** The groups of the tests in `test/stores`, in the order of the table. */
const groups = ["Uploads", "Downloads", "Websites"];

/** What the tests found that a store can do. */
export interface StoreColumn {
  readonly server: string;
  readonly version: string;
  readonly operations: readonly StoreOperation[];
}

/** What the table says of a store, by the operation. */
type Cells = ReadonlyMap<string, string>;

/**
 * A page whose table has what a run found. Columns of stores that were not in the run stay as they are.
 *
 * @param columns of the same operations; one at least.
 * @throws {Error} if the page has no place for the table.
 */
export function withStoreColumns(page: string, columns: readonly StoreColumn[]): string {
  const [beginAt, endAt] = [page.indexOf(begin), page.indexOf(end)];
  if (beginAt < 0 || endAt < beginAt) throw new Error(`The page has no place for the table: "${begin}" and "${end}".`);
  const stores = readTable(page.slice(beginAt + begin.length, endAt));
  for (const column of columns) {
    const replaced = [...stores.keys()].find((heading) => heading.split(" ")[0] === column.server);
    if (replaced !== undefined) stores.delete(replaced);
    // Not the rest of the version, which a package of the system's may change at any time.
    const version = column.version.split(".").slice(0, 2).join(".");
    stores.set(`${column.server} ${version}`, cellsOf(column));
  }
  const table = tableOf(rowsOf(columns[0]?.operations ?? []), new Map([...stores].sort(byName)));
  return `${page.slice(0, beginAt)}${begin}\n\n${table}\n\n${page.slice(endAt)}`;
}

/** @returns the cells of each store, by its heading. */
function readTable(text: string): Map<string, Cells> {
  const [heading = [], , ...rows] = text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return new Map(
    heading.slice(1).map((store, index) => [store, new Map(rows.map((row) => [row[0] ?? "", row[index + 1] ?? ""]))]),
  );
}

function cellsOf({ operations }: StoreColumn): Cells {
  return new Map(
    operations.map((operation) => {
      const { title, departure } = readTitle(operation.title);
      return [title, departure === undefined ? "yes" : `no: ${departure.reason}`];
    }),
  );
}

function rowsOf(operations: readonly StoreOperation[]): string[] {
  return groups.flatMap((group) => [
    `**${group}**`,
    ...operations.filter((operation) => operation.group === group).map(({ title }) => readTitle(title).title),
  ]);
}

function tableOf(rows: readonly string[], stores: ReadonlyMap<string, Cells>): string {
  const lines = [
    ["", ...stores.keys()],
    ["", ...stores.keys()].map(() => "---"),
    ...rows.map((row) => [
      row,
      ...[...stores.values()].map((cells) => cells.get(row) ?? (row.startsWith("*") ? "" : "?")),
    ]),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function byName([one]: readonly [string, Cells], [other]: readonly [string, Cells]): number {
  return one < other ? -1 : 1;
}
