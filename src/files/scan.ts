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

/** Left out unless a pattern names it: the history of a repository is never meant to be published by accident. */
const REPOSITORY_NAME = ".git";

interface Folder {
  readonly path: string;
  readonly absolutePath: string;
  /** The real paths of this folder and those above it, to notice links that lead back up. */
  readonly realPaths: readonly string[];
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
}

/**
 * Walks a folder, or a single file, and yields the files that the patterns match, in the order in which S3 lists keys (UTF-8 bytes,
 * so `a.txt` comes before `a/b`). Symbolic links are followed; links that lead nowhere, back up, or out of the root are left out
 * with a warning.
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
  yield* scanFolder({ path: "", absolutePath: root, realPaths: [realpathSync(root)] }, patterns, warn);
}

/** Where the paths that `scan` yields start: the root, or for a single file its folder. */
export function scanBase(root: string): string {
  return statSync(root).isDirectory() ? root : dirname(root);
}

function* scanFolder(
  folder: Folder,
  patterns: PathPatterns,
  warn: (warning: ScanWarning) => void,
): Generator<LocalFile, void> {
  for (const entry of readEntries(folder, patterns, warn)) {
    const path = folder.path + entry.name;
    if (entry.isFolder) {
      const absolutePath = join(folder.absolutePath, entry.name);
      const realPaths = [...folder.realPaths, realpathSync(absolutePath)];
      yield* scanFolder({ path: `${path}/`, absolutePath, realPaths }, patterns, warn);
    } else if (patterns.matches(path)) {
      yield { path, sizeBytes: entry.sizeBytes };
    }
  }
}

function readEntries(folder: Folder, patterns: PathPatterns, warn: (warning: ScanWarning) => void): Entry[] {
  const entries: Entry[] = [];
  for (const dirent of readFolder(folder)) {
    if (dirent.name === REPOSITORY_NAME && !patterns.names(REPOSITORY_NAME)) continue;
    const found = examine(folder, dirent);
    if (typeof found === "string") {
      const path = folder.path + dirent.name;
      if (patterns.matches(path)) warn({ path, reason: found });
    } else {
      entries.push(found);
    }
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
function examine(folder: Folder, dirent: Dirent): Entry | string {
  if (dirent.isDirectory()) return { name: dirent.name, isFolder: true, sizeBytes: 0 };
  const absolutePath = join(folder.absolutePath, dirent.name);
  try {
    if (dirent.isSymbolicLink()) {
      const refusal = refuseLink(folder, realpathSync(absolutePath));
      if (refusal) return refusal;
    }
    const stat = statSync(absolutePath);
    if (stat.isDirectory()) return { name: dirent.name, isFolder: true, sizeBytes: 0 };
    if (!stat.isFile()) return "it is neither a file nor a folder";
    return { name: dirent.name, isFolder: false, sizeBytes: stat.size };
  } catch (error) {
    if (dirent.isSymbolicLink()) return `the link leads nowhere (${(error as NodeJS.ErrnoException).code})`;
    if (dirent.name.includes("\ufffd")) return "its name is not valid UTF-8";
    throw new ScanError(folder.path + dirent.name, error as Error);
  }
}

function refuseLink(folder: Folder, target: string): string | undefined {
  const [realRoot = ""] = folder.realPaths;
  if (folder.realPaths.includes(target)) return "the link leads back to a folder that it stands in";
  if (!target.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep))
    return "the link leaves the source folder";
  return undefined;
}

function sortName(entry: Entry): string {
  return entry.isFolder ? `${entry.name}/` : entry.name;
}
