import { GLOBSTAR, Minimatch } from "minimatch";
import { CodedError } from "../errors/coded-error.ts";
import { isRepositoryName } from "./repository-name.ts";

/** The relative paths that a step covers. */
export interface PathPatterns {
  /** Whether a path relative to the root, with `/` between its names, belongs to the step. */
  matches(path: string): boolean;
  /** Whether something below a folder may belong to the step. If not, the folder need not be read. */
  mayMatchBelow(folder: string): boolean;
  /**
   * Whether the step is about an object of this name, beneath the prefix: one that matches, and neither in a repository's history nor
   * among the releases that a site keeps, unless a pattern names that folder. Parts that are `.` or `..`, which no file has, but a key can, match what any name does.
   */
  covers(name: string): boolean;
  /** Whether some pattern includes something under a folder or file name literally, for example `.git`. */
  names(name: string): boolean;
  /** Whether the pattern that includes a name starts with `/`: then a key that does so is wanted. */
  namesRoot(name: string): boolean;
  /** The lines, in their order. */
  readonly lines: readonly PatternLine[];
  /** The last line that matches a path, or the key of an object beneath the prefix: it decides. */
  decisiveLine(path: string): PatternLine | undefined;
  /** The same patterns, matched without regard to case; undefined if they are already, or if it makes no difference to them. */
  ignoringCase(): PathPatterns | undefined;
}

/** One line of the patterns. */
export interface PatternLine {
  /** From 1; 0 for the `**` that stands before a leading exclusion. */
  readonly number: number;
  /** As it was entered, without the spaces around it. */
  readonly text: string;
  readonly include: boolean;
  /** What it matches, without the `!` of an exclusion. */
  readonly glob: string;
  /** Whether it matches a path, without regard to other lines. */
  test(path: string): boolean;
  /** Whether it may match something below a folder. */
  mayMatchBelow(folder: string): boolean;
  /** Whether it has a name in it literally, braces included. */
  names(name: string): boolean;
}

/** What patterns are matched against. */
export interface PatternSubject {
  /** The absolute path of the folder: a pattern that starts with it means what comes after it. */
  readonly root?: string | undefined;
  /** Object keys may start with `/` or have `..` for a name, and so may patterns for them; paths of files below a folder do not. */
  readonly isOfKeys?: boolean;
  /** Whether upper and lower case are alike. */
  readonly ignoreCase?: boolean;
}

/** The folder, at the root of a published site, in which its releases are kept. */
export const RELEASES_FOLDER = ".s3-site";

/** Whether a path, with `/` between its names, leads through such a folder. */
export function isInReleasesFolder(path: string): boolean {
  return path.startsWith(`${RELEASES_FOLDER}/`) || path.includes(`/${RELEASES_FOLDER}/`);
}

/** One pattern line that cannot be understood. The message quotes it and says why. */
class PatternError extends CodedError {
  override readonly name: string = "PatternError";
}

/** The dialect of Azure Pipelines' own tasks, the same on every system. */
const DIALECT = { dot: true, nocomment: true, nonegate: true, platform: "linux" } as const;

/**
 * Reads pattern lines, each in the dialect of minimatch. Empty lines and lines that start with `#` are ignored. The lines are taken in
 * order: each includes what it matches, or with a leading `!` excludes it, and the last line that matches a path decides. If the first
 * line excludes, everything was included before it. A pattern with a `/` at its end means everything in that folder.
 *
 * @throws {AggregateError} of a {PatternError} for each wrong line.
 */
export function parsePatterns(texts: readonly string[], subject: PatternSubject = {}): PathPatterns {
  const lines: PatternLine[] = [];
  const errors: PatternError[] = [];
  for (const [index, rawText] of texts.entries()) {
    const text = rawText.trim();
    if (text === "" || text.startsWith("#")) continue;
    try {
      lines.push(parseLine(text, index + 1, subject));
    } catch (error) {
      errors.push(new PatternError("pattern-invalid", `pattern "${text}": ${(error as Error).message}.`));
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, "malformed patterns");

  if (lines[0]?.include === false) lines.unshift(parseLine("**", 0, subject));
  const dependOnCase = !subject.ignoreCase && lines.some(({ glob }) => glob.toLowerCase() !== glob.toUpperCase());
  let ignoringCase: PathPatterns | undefined;
  return combineLines(lines, () => {
    if (dependOnCase) ignoringCase ??= parsePatterns(texts, { ...subject, ignoreCase: true });
    return ignoringCase;
  });
}

function combineLines(lines: readonly PatternLine[], ignoringCase: PathPatterns["ignoringCase"]): PathPatterns {
  const lastFirst = [...lines].reverse();
  const decisive = (path: string) => lastFirst.find((line) => line.test(path));
  const matches = (path: string) => decisive(path)?.include ?? false;
  const names = (name: string) => lines.some((line) => line.include && line.names(name));
  const isHistory = (name: string) => isRepositoryName(name) && !names(name);
  const isOfReleases = (path: string) => isInReleasesFolder(path) && !names(RELEASES_FOLDER);
  return {
    lines,
    ignoringCase,
    decisiveLine: (path) => decisive(withoutDotParts(path)),
    matches,
    covers: (name) => matches(withoutDotParts(name)) && !name.split("/").some(isHistory) && !isOfReleases(name),
    mayMatchBelow(folder) {
      for (const line of lastFirst) {
        if (line.include && line.mayMatchBelow(folder)) return true;
        if (!line.include && isWholeFolder(line, folder)) return false;
      }
      return false;
    },
    names,
    namesRoot(name) {
      const line = decisive(withoutDotParts(name));
      return line?.include === true && line.glob.startsWith("/");
    },
  };
}

/** A pattern that ends in `/**` and matches one name in a folder matches every name there, and below. */
function isWholeFolder({ glob, test }: PatternLine, folder: string): boolean {
  return (glob === "**" || glob.endsWith("/**")) && test(`${folder}/x`);
}

function parseLine(text: string, number: number, subject: PatternSubject): PatternLine {
  const { root, isOfKeys = false, ignoreCase = false } = subject;
  const include = !text.startsWith("!");
  const glob = belowRoot(text.slice(include ? 0 : 1).trim(), root)
    .replace(/^(\.\/+)+/, "")
    .replace(/\/$/, "/**");
  if (glob === "") throw new Error("it is empty");
  // A backslash takes its meaning from the character behind it. Before any other it was meant to separate folders.
  if (/^[A-Za-z]:[\\/]/.test(glob) || (glob.startsWith("/") && !isOfKeys)) {
    throw new Error("it starts at the root of a disk. Write it relative to sourceFolder");
  }
  if (/\\(?![!#[\]{}()])/.test(glob)) throw new Error("it has a \\. Write / between folders");
  if (glob.split("/").includes("..") && !isOfKeys) throw new Error("it leads out of sourceFolder with ..");
  const unclosed = findUnclosed(glob);
  if (unclosed)
    throw new Error(`it has a ${unclosed} that is not closed. Write \\${unclosed} for the character itself`);
  const matcher = new Minimatch(isOfKeys ? withoutDotParts(glob) : glob, { ...DIALECT, nocase: ignoreCase });
  const fold = (name: string) => (ignoreCase ? name.toLowerCase() : name);
  return {
    number,
    text,
    include,
    glob,
    test: isOfKeys ? (path) => matcher.match(withoutDotParts(path)) : (path) => matcher.match(path),
    mayMatchBelow: belowMatcher(matcher),
    names: (name) => matcher.globSet.some((alternative) => fold(alternative).split("/").includes(fold(name))),
  };
}

function belowMatcher(matcher: Minimatch): PatternLine["mayMatchBelow"] {
  if (matcher.pattern === "**") return () => true;
  const depths = matcher.set.map((names) => (names.includes(GLOBSTAR) ? Number.POSITIVE_INFINITY : names.length));
  const deepest = Math.max(0, ...depths);
  return (folder) => folder.split("/").length < deepest && matcher.match(folder, true);
}

function belowRoot(glob: string, root: string | undefined): string {
  const start = root && `${root.replaceAll("\\", "/").replace(/\/+$/, "")}/`;
  const slashed = glob.replaceAll("\\", "/");
  return start && foldDrive(slashed).startsWith(foldDrive(start)) ? slashed.slice(start.length) : glob;
}

/** On a drive or a share of Windows, case does not count; a lower-case letter has the length of its upper-case one there. */
function foldDrive(path: string): string {
  return /^(?:[a-z]:\/|\/\/)/i.test(path) ? path.replace(/[a-z]/g, (letter) => letter.toUpperCase()) : path;
}

/** The dialect takes an unclosed bracket literally, which is hardly ever meant, and excludes nothing without a word. */
function findUnclosed(glob: string): "[" | "{" | undefined {
  const unescaped = glob.replace(/\\./gs, "");
  // A class ends in its folder; a ] that comes first in it is a member.
  if (unescaped.replace(/\[[!^]?(?:\[:\w+:\]|[^/])(?:\[:\w+:\]|[^\]/])*\]/gs, "").includes("[")) return "[";
  let depth = 0;
  for (const character of unescaped) {
    if (character === "{") depth++;
    else if (character === "}" && depth > 0) depth--;
  }
  return depth > 0 ? "{" : undefined;
}

/** Minimatch lets nothing match `.` and `..`, and a key that no pattern matches would be skipped without a word. */
function withoutDotParts(path: string): string {
  return path.startsWith(".") || path.includes("/.") ? path.replace(/(?<=^|\/)\.{1,2}(?=\/|$)/g, "...") : path;
}
