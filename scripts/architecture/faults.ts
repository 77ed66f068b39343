import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Import, importsOf, sourceFiles } from "./imports.ts";
import { type Room, readTable } from "./table.ts";

/** The page that says who may import whom, relative to the root. */
const PAGE = "docs/architecture.md";

/** A folder with more files is hard to read; it needs folders of its own. */
const MAX_FILES_IN_A_FOLDER = 20;
const NO_CODE = ["node_modules", "dist"];

/**
 * Compares the table of places with the code.
 *
 * @param root of the repository, absolute.
 * @returns a sentence, without its full stop, for each difference; none if there is none.
 */
export function findFaults(root: string): string[] {
  const rooms = readTable(readFileSync(join(root, PAGE), "utf8"));
  const missing = rooms.filter(({ place }) => !existsSync(join(root, place)));
  const present = rooms.filter((room) => !missing.includes(room));
  const files = sourceFiles(root, topFolders(root));
  const imports = files.flatMap((file) => importsOf(root, file));
  return [
    ...missing.map(({ place }) => `${PAGE} has a row for ${place}, but there is no such folder`),
    ...files
      .filter((file) => !roomOf(present, file))
      .map((file) => `${file} is not covered by any row of ${PAGE} that says what may be imported`),
    ...upwardRows(rooms),
    ...unusedRows(present, imports),
    ...new Set(imports.flatMap((each) => faultOf(present, each))),
    ...crowdedFolders(files),
    ...strangersAmongTasks(root),
  ];
}

/** Folders that may hold code. */
function topFolders(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && !NO_CODE.includes(entry.name))
    .map(({ name }) => name);
}

function roomOf(rooms: readonly Room[], file: string): Room | undefined {
  return rooms.find(({ place }) => file.startsWith(place));
}

/** A place may import from those below it in the table alone. */
function upwardRows(rooms: readonly Room[]): string[] {
  return rooms.flatMap(({ place, mayImport }, index) => {
    const below = rooms.slice(index + 1).map((room) => room.place);
    const above = mayImport === "anything" ? [] : mayImport.filter((other) => !below.includes(other));
    return above.map((other) => `${PAGE} lets ${place} import from ${other}, but that has no row below it`);
  });
}

/** A reader would believe what the table allows. */
function unusedRows(rooms: readonly Room[], imports: readonly Import[]): string[] {
  return rooms.flatMap(({ place, mayImport }) => {
    const own = imports.filter(({ file }) => file.startsWith(place));
    const unused =
      mayImport === "anything" ? [] : mayImport.filter((other) => !own.some(({ target }) => target.startsWith(other)));
    return unused.map((other) => `${PAGE} lets ${place} import from ${other}, but no file there does`);
  });
}

function faultOf(rooms: readonly Room[], { file, target, isPackage }: Import): string[] {
  const from = roomOf(rooms, file);
  if (!from || from.mayImport === "anything") return [];
  if (isPackage) {
    const owner = rooms.find(({ ownPackages }) => ownPackages.includes(target));
    return owner && owner !== from ? [`${file} imports the package ${target}, but only ${owner.place} may`] : [];
  }
  const to = roomOf(rooms, target);
  if (!to || to === from || from.mayImport.includes(to.place)) return [];
  return [`${file} imports ${target}, but ${from.place} may not import from ${to.place}`];
}

function crowdedFolders(files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const file of files) {
    const folder = file.slice(0, file.lastIndexOf("/"));
    if (file.startsWith("src/")) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > MAX_FILES_IN_A_FOLDER)
    .map(([folder, count]) => `${folder} has ${count} files; the limit is ${MAX_FILES_IN_A_FOLDER}`);
}

/** The build takes each folder of `tasks` for a task. */
function strangersAmongTasks(root: string): string[] {
  return readdirSync(join(root, "tasks"), { withFileTypes: true })
    .filter((entry) => !(entry.isDirectory() && existsSync(join(root, "tasks", entry.name, "task.json"))))
    .map(({ name }) => `tasks/${name} is not the folder of a task: it has no task.json`);
}
