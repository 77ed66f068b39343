/** A row of the table: a place, and what it says of imports. */
export interface Room {
  /** A folder of the repository, with a `/` at its end. */
  readonly place: string;
  /** The places that it may import from; `anything` for all. */
  readonly mayImport: readonly string[] | "anything";
  /** Packages that no other place imports. */
  readonly ownPackages: readonly string[];
}

const HEADINGS = ["place", "what lives there", "may import", "alone imports"];

/**
 * Reads the table of places from the page that describes them.
 *
 * @returns its rows that say what may be imported, in their order; those of what is no code say nothing there.
 * @throws Error if the page has no such table.
 */
export function readTable(page: string): readonly Room[] {
  const lines = page.split("\n");
  const start = lines.findIndex((line) => HEADINGS.every((heading, index) => cellsOf(line)[index] === heading));
  if (start < 0) throw new Error(`there is no table with the columns ${HEADINGS.join(", ")}`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  const rows = lines.slice(start + 2, end < 0 ? undefined : end).map(cellsOf);
  return rows.flatMap(([places = "", , mayImport = "", ownPackages = ""]) =>
    mayImport === ""
      ? []
      : namesIn(places).map((place) => ({
          place: asFolder(place),
          mayImport: mayImport === "anything" ? mayImport : namesIn(mayImport).map(asFolder),
          ownPackages: namesIn(ownPackages),
        })),
  );
}

function cellsOf(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** What is in backticks. */
function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

function asFolder(place: string): string {
  return place.endsWith("/") ? place : `${place}/`;
}
