import { isUtf8 } from "node:buffer";
import { lstatSync, readdirSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { CodedError } from "../errors/coded-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { describeFileError } from "../errors/file-hints.ts";
import { fileErrorCode } from "../errors/system-codes.ts";
import { eventLoopTurns } from "../scheduling/event-loop-turns.ts";
import { isBelow } from "./below-folder.ts";
import { compareUtf8 } from "./byte-order.ts";
import type { PathPatterns } from "./patterns.ts";
import { isRepositoryName } from "./repository-name.ts";
import { isTemporary } from "./temporary-file.ts";
import { type FolderItem, listFolder } from "./windows/list-folder.ts";
import { realPathSync } from "./windows/real-path.ts";

/** A file as it was when the folder was scanned. */
export interface LocalFile {
  /** Relative to the root, with `/` between its names on every system. */
  readonly path: string;
  readonly sizeBytes: number;
  /** When its content was last written, in milliseconds since 1970 with a fraction, like `Stats.mtimeMs`. */
  readonly modifiedMs: number;
  /** A symbolic link, with its own size and time. Only if links are wanted as files. */
  readonly isLink?: true;
}

/** Something that was skipped, and why: a broken link, a link out of the folder, a pipe, a file that disappeared meanwhile. */
export interface ScanWarning {
  /** As in `LocalFile`. If it is a folder, or a link to one, all that is below it was skipped. */
  readonly path: string;
  readonly reason: string;
  /** Set for a broken link that the patterns do not match: something that they do match may have stood below it. */
  readonly mayHaveBeenFolder?: true;
}

/** What becomes of symbolic links below the root. The root itself may be one. */
export interface ScanOptions {
  /** True unless given; otherwise links are skipped without a message. */
  readonly followSymlinks?: boolean;
  /**
   * Links are not followed, but yielded themselves, for a caller that may replace or remove them. So are the temporary files of downloads,
   * which are otherwise skipped without a message.
   */
  readonly linksAsFiles?: boolean;
  /** Ends the walk. */
  readonly signal?: AbortSignal;
}

/** A part of the folder cannot be read, so that it is not known what to send. */
export class ScanError extends CodedError {
  override readonly name: string = "ScanError";

  constructor(path: string, cause: Error, code: ErrorCode = fileErrorCode(cause) ?? "file-not-readable") {
    super(code, `${path} cannot be read: ${describeFileError(cause)}`, { cause });
  }
}

/** A folder that stands behind so many paths is part of a web of folders that link to each other, whose paths are without number. */
const MAX_PATHS_TO_A_LINKED_FOLDER = 100;

const NOT_UTF8 =
  "its name is not valid UTF-8. Invalid bytes are shown as \ufffd. Rename it in the step that makes it, or exclude it with a pattern that has ? in that place";
const VANISHED = "it disappeared while the folder was read";

interface Folder {
  /** Empty for the root, otherwise with a `/` at its end. */
  readonly path: string;
  readonly absolutePath: string;
  /** Free of symbolic links. */
  readonly realPath: string;
  readonly parent: Folder | undefined;
}

interface FolderEntry {
  readonly kind: "folder";
  readonly name: string;
  /** Free of symbolic links. */
  readonly realPath: string;
}

interface FileEntry {
  readonly kind: "file";
  readonly name: string;
  readonly file: LocalFile;
}

interface SkippedEntry {
  readonly kind: "skipped";
  readonly reason: string;
}

/** What a name in a folder turns out to be. */
type Entry = FolderEntry | FileEntry | SkippedEntry;

/** What the patterns want of a name: as a file, as a folder, or, while it is a link, as either. */
interface Wanted {
  readonly asFile: boolean;
  readonly asFolder: boolean;
}

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
 * of the root, or into `.git` are then skipped with a warning.
 *
 * The calls are synchronous, because they are several times faster than promises. Between them the process can receive signals, since each
 * may take a millisecond on a network share.
 *
 * @param root an absolute path.
 * @throws {ScanError} if a folder cannot be read; Node's error if the root does not exist; the signal's reason.
 */
export async function* scan(
  root: string,
  patterns: PathPatterns,
  warn: (warning: ScanWarning) => void,
  { followSymlinks = true, linksAsFiles = false, signal }: ScanOptions = {},
): AsyncGenerator<LocalFile, void> {
  const rootStat = statSync(root);
  if (!rootStat.isDirectory()) {
    const path = basename(root);
    if (patterns.matches(path)) yield { path, sizeBytes: rootStat.size, modifiedMs: rootStat.mtimeMs };
    return;
  }
  const links = linksAsFiles ? "yield" : followSymlinks ? "follow" : "skip";
  const folder = { path: "", absolutePath: root, realPath: realPathSync(root), parent: undefined };
  const takeTurns = eventLoopTurns(signal);
  for (const file of scanFolder(folder, { patterns, links, warn, visits: new Map() })) {
    await takeTurns();
    if (file) yield file;
  }
}

/** Where the paths that `scan` yields start: the root, or for a single file its folder. */
export function scanBase(root: string): string {
  return statSync(root).isDirectory() ? root : dirname(root);
}

/** Yields undefined for each name that was looked at, so that the caller can make a pause. */
function* scanFolder(folder: Folder, walk: Walk): Generator<LocalFile | undefined, void> {
  for (const entry of yield* readEntries(folder, walk)) {
    if (entry.kind === "file") yield entry.file;
    else yield* scanFolder(enterFolder(folder, entry, walk), walk);
  }
}

/** @throws {ScanError} if a folder is reached through links too often. */
function enterFolder(parent: Folder, { name, realPath }: FolderEntry, { visits }: Walk): Folder {
  const path = parent.path + name;
  const isLink = realPath !== join(parent.realPath, name);
  if (isLink) countPath(realPath, path, visits);
  return { path: `${path}/`, absolutePath: join(parent.absolutePath, name), realPath, parent };
}

/** @throws {ScanError} if a folder is reached through links too often. */
function countPath(realPath: string, path: string, visits: Map<string, number>): void {
  const count = (visits.get(realPath) ?? 0) + 1;
  visits.set(realPath, count);
  if (count <= MAX_PATHS_TO_A_LINKED_FOLDER) return;
  const reason = `symbolic links lead to it on more than ${MAX_PATHS_TO_A_LINKED_FOLDER} paths; exclude the links with a pattern`;
  throw new ScanError(path, new Error(reason), "too-many-links");
}

/** The files and folders in a folder that the patterns want, in the order of their keys. */
function* readEntries(folder: Folder, walk: Walk): Generator<undefined, (FileEntry | FolderEntry)[]> {
  const entries: (FileEntry | FolderEntry)[] = [];
  for (const dirent of readFolder(folder, walk)) {
    yield;
    const wanted = wantedAs(folder, dirent, walk);
    if (!wanted.asFile && !wanted.asFolder) continue;
    const path = folder.path + dirent.name;
    if (isMangled(folder, dirent.name)) throw new ScanError(path, new Error(NOT_UTF8), "file-name-not-supported");
    const entry = examine(folder, dirent, walk);
    if (entry.kind === "skipped") warnOf(entry, join(folder.absolutePath, dirent.name), path, wanted, walk);
    else if (entry.kind === "file" ? wanted.asFile : wanted.asFolder) entries.push(entry);
  }
  return entries.sort((a, b) => compareUtf8(sortName(a), sortName(b)));
}

/** By the name and its kind alone: what nobody wants is not looked at any further. */
function wantedAs(folder: Folder, dirent: FolderItem, { patterns, links }: Walk): Wanted {
  const path = folder.path + dirent.name;
  const isLink = dirent.isSymbolicLink();
  const mayBeFolder = dirent.isDirectory() || (isLink && links === "follow");
  const asFolder = mayBeFolder && patterns.mayMatchBelow(path);
  const asFile = !dirent.isDirectory() && patterns.matches(path);
  const isHidden =
    (isRepositoryName(dirent.name) && !patterns.names(dirent.name)) || (links !== "yield" && isTemporary(dirent.name));
  return isHidden || (isLink && links === "skip") ? { asFile: false, asFolder: false } : { asFile, asFolder };
}

function warnOf({ reason }: SkippedEntry, absolutePath: string, path: string, wanted: Wanted, { warn }: Walk): void {
  const isCertain = wanted.asFile || leadsToFolder(absolutePath);
  warn({ path, reason, ...(isCertain ? {} : { mayHaveBeenFolder: true }) });
}

function readFolder(folder: Folder, { warn }: Walk): FolderItem[] {
  try {
    return listFolder(folder.absolutePath);
  } catch (error) {
    const path = folder.path.slice(0, -1);
    if (path === "" || !hasVanished(error)) throw new ScanError(path || ".", error as Error);
    warn({ path, reason: VANISHED });
    return [];
  }
}

/**
 * Whether a name was not valid UTF-8: Node shows such bytes as U+FFFD, so that the file is no longer known. But a valid name can have this
 * character too.
 */
function isMangled(folder: Folder, name: string): boolean {
  if (!name.includes("\ufffd")) return false;
  const names = readdirSync(folder.absolutePath, { encoding: "buffer" });
  return names.some((bytes) => !isUtf8(bytes) && bytes.toString() === name);
}

/** @throws {ScanError} if it cannot be found out what the name stands for. */
function examine(folder: Folder, dirent: FolderItem, walk: Walk): Entry {
  const { name } = dirent;
  if (dirent.isDirectory()) return { kind: "folder", name, realPath: join(folder.realPath, name) };
  if (dirent.isSymbolicLink() && walk.links === "follow") return followLink(folder, name, walk);
  try {
    return asFile(folder, name, lstatSync(join(folder.absolutePath, name)));
  } catch (error) {
    if (hasVanished(error)) return { kind: "skipped", reason: VANISHED };
    throw new ScanError(folder.path + name, error as Error);
  }
}

function followLink(folder: Folder, name: string, { patterns }: Walk): Entry {
  const absolutePath = join(folder.absolutePath, name);
  try {
    const realPath = realPathSync(absolutePath);
    const refusal = refuseLink(folder, realPath, patterns);
    if (refusal) return { kind: "skipped", reason: refusal };
    const stat = statSync(absolutePath);
    return stat.isDirectory() ? { kind: "folder", name, realPath } : asFile(folder, name, stat);
  } catch (error) {
    return { kind: "skipped", reason: `the link leads nowhere (${(error as NodeJS.ErrnoException).code})` };
  }
}

function asFile(folder: Folder, name: string, stat: Stats): FileEntry | SkippedEntry {
  if (!stat.isFile() && !stat.isSymbolicLink()) return { kind: "skipped", reason: "it is neither a file nor a folder" };
  const file = { path: folder.path + name, sizeBytes: stat.size, modifiedMs: stat.mtimeMs };
  return { kind: "file", name, file: stat.isSymbolicLink() ? { ...file, isLink: true } : file };
}

/** What was listed a moment ago is gone, or a file has taken the place of a folder. */
function hasVanished(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
}

function refuseLink(folder: Folder, target: string, patterns: PathPatterns): string | undefined {
  let root = folder;
  for (let above: Folder | undefined = folder; above; above = above.parent) {
    if (above.realPath === target) return "the link leads back to a folder that contains it";
    root = above;
  }
  if (!isBelow(root.realPath, target)) return "the link leads out of the source folder";
  const names = target.slice(root.realPath.length).split(sep);
  return names.some((name) => isRepositoryName(name) && !patterns.names(name)) ? "the link leads into .git" : undefined;
}

function leadsToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory();
  } catch {
    return false;
  }
}

function sortName({ kind, name }: FileEntry | FolderEntry): string {
  return kind === "file" ? name : `${name}/`;
}
