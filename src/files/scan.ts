import { isUtf8 } from "node:buffer";
import { type Dirent, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { CodedError } from "../errors/coded-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { fileErrorCode } from "../errors/system-codes.ts";
import { isBelow } from "./below-folder.ts";
import { compareUtf8 } from "./byte-order.ts";
import { type PathPatterns, REPOSITORY_NAME } from "./patterns.ts";

/** A file as it was when the folder was scanned. */
export interface LocalFile {
  /** Relative to the root, with `/` between its names on every system. */
  readonly path: string;
  readonly sizeBytes: number;
  /** When its content was last written, in milliseconds since 1970 with a fraction, as `Stats.mtimeMs` has it. */
  readonly modifiedMs: number;
  /** A symbolic link, to whatever it leads: its size and time are its own. Only where links are wanted as files. */
  readonly isLink?: true;
}

/** Something that was left out, and why: a broken link, a link out of the folder, a pipe. */
export interface ScanWarning {
  /** As in `LocalFile`. Where it is a link to a folder, all that is below it was left out. */
  readonly path: string;
  readonly reason: string;
  /** Set for a broken link that the patterns do not match: something that they do match may have stood below it. */
  readonly mayHaveBeenFolder?: true;
}

/** What becomes of symbolic links below the root. The root itself may be one. */
export interface ScanOptions {
  /** True unless given; otherwise links are left out without a word. */
  readonly followSymlinks?: boolean;
  /** Links are not followed, wherever they lead, but yielded themselves: the view of one who may replace or remove them. */
  readonly linksAsFiles?: boolean;
}

/** Something in the folder cannot be read, so that it is unknown what ought to be sent. */
export class ScanError extends CodedError {
  override readonly name: string = "ScanError";

  constructor(path: string, cause: Error, code: ErrorCode = fileErrorCode(cause) ?? "file-not-readable") {
    super(code, `${path} cannot be read: ${cause.message}.`, { cause });
  }
}

/** A folder that stands behind so many paths is part of a web of folders that link to each other, whose paths are without number. */
const MAX_PATHS_TO_A_LINKED_FOLDER = 100;

interface Folder {
  /** Empty for the root, otherwise with a `/` at its end. */
  readonly path: string;
  readonly absolutePath: string;
  /** Free of symbolic links. */
  readonly realPath: string;
  readonly parent: Folder | undefined;
}

interface FolderEntry {
  readonly name: string;
  /** Free of symbolic links. */
  readonly realPath: string;
}

interface FileEntry {
  readonly name: string;
  readonly realPath?: undefined;
  readonly file: LocalFile;
}

type Entry = FolderEntry | FileEntry;

/** What stays the same all the way down. */
interface Walk {
  readonly patterns: PathPatterns;
  readonly links: "follow" | "skip" | "yield";
  readonly warn: (warning: ScanWarning) => void;
  /** On how many paths each linked folder has been reached. */
  readonly visits: Map<string, number>;
}

/**
 * Walks a folder, or a single file, and yields the files that the patterns match, in the order in which S3 lists keys (UTF-8 bytes,
 * so `a.txt` comes before `a/b`). Symbolic links are followed unless the options say otherwise; links that lead nowhere, back up, out
 * of the root, or into `.git` are then left out with a warning.
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
  { followSymlinks = true, linksAsFiles = false }: ScanOptions = {},
): Generator<LocalFile, void> {
  const rootStat = statSync(root);
  if (!rootStat.isDirectory()) {
    const path = basename(root);
    if (patterns.matches(path)) yield { path, sizeBytes: rootStat.size, modifiedMs: rootStat.mtimeMs };
    return;
  }
  const links = linksAsFiles ? "yield" : followSymlinks ? "follow" : "skip";
  const folder = { path: "", absolutePath: root, realPath: realpathSync(root), parent: undefined };
  yield* scanFolder(folder, { patterns, links, warn, visits: new Map() });
}

/** Where the paths that `scan` yields start: the root, or for a single file its folder. */
export function scanBase(root: string): string {
  return statSync(root).isDirectory() ? root : dirname(root);
}

function* scanFolder(folder: Folder, walk: Walk): Generator<LocalFile, void> {
  for (const entry of readEntries(folder, walk)) {
    if (entry.realPath === undefined) {
      yield entry.file;
      continue;
    }
    const path = folder.path + entry.name;
    const absolutePath = join(folder.absolutePath, entry.name);
    const isLink = entry.realPath !== join(folder.realPath, entry.name);
    if (isLink) countPath(entry.realPath, path, walk.visits);
    yield* scanFolder({ path: `${path}/`, absolutePath, realPath: entry.realPath, parent: folder }, walk);
  }
}

/** @throws {ScanError} where a folder is reached through links too often. */
function countPath(realPath: string, path: string, visits: Map<string, number>): void {
  const count = (visits.get(realPath) ?? 0) + 1;
  visits.set(realPath, count);
  if (count <= MAX_PATHS_TO_A_LINKED_FOLDER) return;
  const reason = `links lead to it on more than ${MAX_PATHS_TO_A_LINKED_FOLDER} paths; leave the links out with a pattern`;
  throw new ScanError(path, new Error(reason), "too-many-links");
}

function readEntries(folder: Folder, walk: Walk): Entry[] {
  const { patterns, links } = walk;
  const entries: Entry[] = [];
  for (const dirent of readFolder(folder)) {
    const path = folder.path + dirent.name;
    if (dirent.name === REPOSITORY_NAME && !patterns.names(REPOSITORY_NAME)) continue;
    const isLink = dirent.isSymbolicLink();
    if (isLink && links === "skip") continue;
    const mayBeFolder = isLink && links === "follow";
    if (dirent.isDirectory() ? patterns.excludesFolder(path) : !mayBeFolder && !patterns.matches(path)) continue;
    if (isMangled(folder, dirent.name))
      throw new ScanError(path, new Error("its name is not valid UTF-8"), "file-name-not-supported");
    const found = examine(folder, dirent, walk);
    // Only now it is known whether a link is a file, which the patterns have to match, or a folder.
    const isMatched = !mayBeFolder || patterns.matches(path);
    if (typeof found !== "string") {
      if (found.realPath === undefined ? isMatched : !patterns.excludesFolder(path)) entries.push(found);
    } else if (isMatched || !patterns.excludesFolder(path)) {
      const isNamed = isMatched || leadsToFolder(join(folder.absolutePath, dirent.name));
      walk.warn({ path, reason: found, ...(isNamed ? {} : { mayHaveBeenFolder: true }) });
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
 * Whether a name was not valid UTF-8: Node shows such bytes as U+FFFD, and which file is meant cannot be told any more. But the character
 * can stand in a name by itself.
 */
function isMangled(folder: Folder, name: string): boolean {
  if (!name.includes("\ufffd")) return false;
  const names = readdirSync(folder.absolutePath, { encoding: "buffer" });
  return names.some((bytes) => !isUtf8(bytes) && bytes.toString() === name);
}

/**
 * @returns the entry, or why it is left out.
 * @throws {ScanError} where it cannot be told what stands there.
 */
function examine(folder: Folder, dirent: Dirent, { patterns, links }: Walk): Entry | string {
  const { name } = dirent;
  if (dirent.isDirectory()) return { name, realPath: join(folder.realPath, name) };
  const absolutePath = join(folder.absolutePath, name);
  const isFollowed = dirent.isSymbolicLink() && links === "follow";
  try {
    const realPath = isFollowed ? realpathSync(absolutePath) : undefined;
    const refusal = realPath && refuseLink(folder, realPath, patterns);
    if (refusal) return refusal;
    const stat = links === "yield" ? lstatSync(absolutePath) : statSync(absolutePath);
    if (realPath !== undefined && stat.isDirectory()) return { name, realPath };
    if (!stat.isFile() && !stat.isSymbolicLink()) return "it is neither a file nor a folder";
    const file = { path: folder.path + name, sizeBytes: stat.size, modifiedMs: stat.mtimeMs };
    return { name, file: stat.isSymbolicLink() ? { ...file, isLink: true } : file };
  } catch (error) {
    if (isFollowed) return `the link leads nowhere (${(error as NodeJS.ErrnoException).code})`;
    throw new ScanError(folder.path + name, error as Error);
  }
}

function refuseLink(folder: Folder, target: string, patterns: PathPatterns): string | undefined {
  let root = folder;
  for (let above: Folder | undefined = folder; above; above = above.parent) {
    if (above.realPath === target) return "the link leads back to a folder that it stands in";
    root = above;
  }
  if (!isBelow(root.realPath, target)) return "the link leaves the source folder";
  const leadsIntoRepository = target.slice(root.realPath.length).split(sep).includes(REPOSITORY_NAME);
  return leadsIntoRepository && !patterns.names(REPOSITORY_NAME) ? "the link leads into .git" : undefined;
}

function leadsToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory();
  } catch {
    return false;
  }
}

function sortName(entry: Entry): string {
  return entry.realPath === undefined ? entry.name : `${entry.name}/`;
}
