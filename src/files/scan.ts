import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { compareUtf8 } from "./byte-order.ts";
import type { PathPatterns } from "./patterns.ts";

/** A file to be sent, as it was when the folder was scanned. */
export interface LocalFile {
  /** Relative to the root, with `/` between its names on every system. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** Something that was left out, and why: a broken link, a link out of the folder, a pipe. */
export interface ScanWarning {
  readonly path: string;
  readonly reason: string;
}

/** Something in the folder cannot be read, so that it is unknown what ought to be sent. */
export class ScanError extends Error {
  constructor(path: string, cause: Error) {
    super(`${path} cannot be read: ${cause.message}.`, { cause });
  }
}

/** A folder that stands behind so many paths is part of a web of folders that link to each other, whose paths are without number. */
const MAX_PATHS_TO_A_LINKED_FOLDER = 100;

/** Left out unless a pattern names it: the history of a repository is never meant to be published by accident. */
const REPOSITORY_NAME = ".git";

interface Folder {
  /** Empty for the root, otherwise with a `/` at its end. */
  readonly path: string;
  readonly absolutePath: string;
  /** Free of symbolic links. */
  readonly realPath: string;
  readonly parent: Folder | undefined;
}

interface Entry {
  readonly name: string;
  /** Of a folder, free of symbolic links; undefined for a file. */
  readonly realPath: string | undefined;
  readonly sizeBytes: number;
}

/**
 * Walks a folder, or a single file, and yields the files that the patterns match, in the order in which S3 lists keys (UTF-8 bytes,
 * so `a.txt` comes before `a/b`). Symbolic links are followed; links that lead nowhere, back up, out of the root, or into `.git` are
 * left out with a warning.
 *
 * The calls are synchronous: they are several times faster than promises, and nothing else is to be done meanwhile.
 *
 * @param root an absolute path.
 * @throws {ScanError} where a folder cannot be read; Node's error where the root does not exist.
 */
export function* scan(
  root: string,
  patterns: PathPatterns,
  warn: (warning: ScanWarning) => void,
): Generator<LocalFile, void> {
  const rootStat = statSync(root);
  if (!rootStat.isDirectory()) {
    const path = basename(root);
    if (patterns.matches(path)) yield { path, sizeBytes: rootStat.size };
    return;
  }
  yield* scanFolder(
    { path: "", absolutePath: root, realPath: realpathSync(root), parent: undefined },
    patterns,
    warn,
    new Map(),
  );
}

/** Where the paths that `scan` yields start: the root, or for a single file its folder. */
export function scanBase(root: string): string {
  return statSync(root).isDirectory() ? root : dirname(root);
}

function* scanFolder(
  folder: Folder,
  patterns: PathPatterns,
  warn: (warning: ScanWarning) => void,
  visits: Map<string, number>,
): Generator<LocalFile, void> {
  for (const entry of readEntries(folder, patterns, warn)) {
    const path = folder.path + entry.name;
    if (entry.realPath !== undefined) {
      const absolutePath = join(folder.absolutePath, entry.name);
      const isLink = entry.realPath !== join(folder.realPath, entry.name);
      if (isLink) countPath(entry.realPath, path, visits);
      yield* scanFolder(
        { path: `${path}/`, absolutePath, realPath: entry.realPath, parent: folder },
        patterns,
        warn,
        visits,
      );
    } else {
      yield { path, sizeBytes: entry.sizeBytes };
    }
  }
}

/** @throws {ScanError} where a folder is reached through links too often. */
function countPath(realPath: string, path: string, visits: Map<string, number>): void {
  const count = (visits.get(realPath) ?? 0) + 1;
  visits.set(realPath, count);
  if (count <= MAX_PATHS_TO_A_LINKED_FOLDER) return;
  const reason = `links lead to it on more than ${MAX_PATHS_TO_A_LINKED_FOLDER} paths; leave the links out with a pattern`;
  throw new ScanError(path, new Error(reason));
}

function readEntries(folder: Folder, patterns: PathPatterns, warn: (warning: ScanWarning) => void): Entry[] {
  const entries: Entry[] = [];
  for (const dirent of readFolder(folder)) {
    const path = folder.path + dirent.name;
    if (dirent.name === REPOSITORY_NAME && !patterns.names(REPOSITORY_NAME)) continue;
    const isLink = dirent.isSymbolicLink();
    if (dirent.isDirectory() ? patterns.excludesFolder(path) : !isLink && !patterns.matches(path)) continue;
    // Node shows bytes that are no UTF-8 as this character: which file is meant cannot be told.
    if (dirent.name.includes("\ufffd")) throw new ScanError(path, new Error("its name is not valid UTF-8"));
    const found = examine(folder, dirent, patterns);
    // Only now it is known whether a link is a file, which the patterns have to match, or a folder.
    if (isLink && !(isFolder(found) ? !patterns.excludesFolder(path) : patterns.matches(path))) continue;
    if (typeof found === "string") warn({ path, reason: found });
    else entries.push(found);
  }
  return entries.sort((a, b) => compareUtf8(sortName(a), sortName(b)));
}

function readFolder(folder: Folder): Dirent[] {
  try {
    return readdirSync(folder.absolutePath, { withFileTypes: true });
  } catch (error) {
    throw new ScanError(folder.path.slice(0, -1) || ".", error as Error);
  }
}

/**
 * @returns the entry, or why it is left out.
 * @throws {ScanError} where it cannot be told what stands there.
 */
function examine(folder: Folder, dirent: Dirent, patterns: PathPatterns): Entry | string {
  const { name } = dirent;
  if (dirent.isDirectory()) return { name, realPath: join(folder.realPath, name), sizeBytes: 0 };
  const absolutePath = join(folder.absolutePath, name);
  try {
    const realPath = dirent.isSymbolicLink() ? realpathSync(absolutePath) : undefined;
    const refusal = realPath && refuseLink(folder, realPath, patterns);
    if (refusal) return refusal;
    const stat = statSync(absolutePath);
    if (stat.isDirectory()) return { name, realPath, sizeBytes: 0 };
    if (!stat.isFile()) return "it is neither a file nor a folder";
    return { name, realPath: undefined, sizeBytes: stat.size };
  } catch (error) {
    if (dirent.isSymbolicLink()) return `the link leads nowhere (${(error as NodeJS.ErrnoException).code})`;
    throw new ScanError(folder.path + name, error as Error);
  }
}

function refuseLink(folder: Folder, target: string, patterns: PathPatterns): string | undefined {
  let root = folder;
  for (let above: Folder | undefined = folder; above; above = above.parent) {
    if (above.realPath === target) return "the link leads back to a folder that it stands in";
    root = above;
  }
  if (!target.startsWith(root.realPath.endsWith(sep) ? root.realPath : root.realPath + sep)) {
    return "the link leaves the source folder";
  }
  const leadsIntoRepository = target.slice(root.realPath.length).split(sep).includes(REPOSITORY_NAME);
  return leadsIntoRepository && !patterns.names(REPOSITORY_NAME) ? "the link leads into .git" : undefined;
}

function isFolder(found: Entry | string): boolean {
  return typeof found !== "string" && found.realPath !== undefined;
}

function sortName(entry: Entry): string {
  return entry.realPath === undefined ? entry.name : `${entry.name}/`;
}
