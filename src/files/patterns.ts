import fillRange from "fill-range";
import picomatch from "picomatch";
import { CodedError } from "../errors/coded-error.ts";

/** The patterns of a step: which relative paths it is about. */
export interface PathPatterns {
  /** Whether a path relative to the root, with `/` between its names, belongs to the step. */
  matches(path: string): boolean;
  /** Whether the last word on everything below a folder is that it is excluded, so that the folder need not be read. */
  excludesFolder(path: string): boolean;
  /**
   * Whether the step is about an object of this name, beneath the prefix: one that matches, and not in a repository's history unless a
   * pattern names that. Parts that are `.` or `..`, which no file has, but a key can, match what any name does.
   */
  covers(path: string): boolean;
  /** Whether some pattern includes something under a folder or file name literally, as `.git`. */
  names(name: string): boolean;
}

/** Left out unless a pattern names it: the history of a repository is never meant to be published by accident. */
export const REPOSITORY_NAME = ".git";

/** One pattern line that cannot be understood. The message quotes it and says why. */
class PatternError extends CodedError {
  override readonly name: string = "PatternError";
}

interface Rule {
  readonly include: boolean;
  readonly glob: string;
  readonly test: (path: string) => boolean;
}

/**
 * Reads pattern lines. Blank lines and lines that start with `#` are left out. The lines are taken in order: each includes what it
 * matches, or with a leading `!` excludes it, so that the last line that matches a path decides. Where the first line excludes,
 * everything was included before it. A folder's name with a `/` at its end means all that is in it. Braces work, names that start with a dot match, and case counts.
 *
 * @param root the absolute path of the folder: a pattern that starts with it means what comes behind it.
 * @throws {AggregateError} of a {PatternError} for each wrong line.
 */
export function parsePatterns(lines: readonly string[], root?: string): PathPatterns {
  const rules: Rule[] = [];
  const errors: PatternError[] = [];
  for (const line of lines.map((text) => text.trim()).filter((text) => text !== "" && !text.startsWith("#"))) {
    try {
      rules.push(parseRule(line, root));
    } catch (error) {
      errors.push(new PatternError("pattern-invalid", `pattern "${line}": ${(error as Error).message}.`));
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, "malformed patterns");

  const [first] = rules;
  if (first && !first.include) rules.unshift(parseRule("**"));
  rules.reverse();
  const matches = (path: string) => rules.find((rule) => rule.test(path))?.include ?? false;
  const names = (name: string) => rules.some((rule) => rule.include && rule.glob.split("/").includes(name));
  const excludesRepository = !names(REPOSITORY_NAME);
  return {
    matches,
    covers: (path) =>
      matches(withoutDotParts(path)) && !(excludesRepository && path.split("/").includes(REPOSITORY_NAME)),
    excludesFolder(path) {
      // The rules stand in reverse: an inclusion met first may still match something below. A pattern that ends in /** matches a folder
      // itself only if it matches all that is in it.
      const decisive = rules.find((rule) => rule.include || (rule.glob.endsWith("/**") && rule.test(path)));
      return decisive !== undefined && !decisive.include;
    },
    names,
  };
}

function parseRule(line: string, root?: string): Rule {
  const include = !line.startsWith("!");
  const glob = belowRoot(line.slice(include ? 0 : 1).trim(), root)
    .replace(/^(\.\/)+/, "")
    .replace(/\/$/, "/**");
  if (glob === "") throw new Error("it is empty");
  // A backslash takes its meaning from the character behind it. Before any other it was meant to part folders.
  if (/^\/|^[A-Za-z]:[\\/]/.test(glob)) {
    throw new Error("it starts at the root of a disk; write it relative to sourceFolder");
  }
  if (/\\(?![!#[\]{}()])/.test(glob)) throw new Error("it has a \\ in it; write / between folders");
  if (glob.split("/").includes("..")) throw new Error("it leaves sourceFolder with ..");
  const test = picomatch(glob, {
    dot: true,
    nonegate: true,
    strictBrackets: true,
    windows: false,
    // A name may hold a line break, which `.` in an expression does not match otherwise.
    flags: "s",
    expandRange,
  });
  return { include, glob, test: (path) => test(path) };
}

function belowRoot(glob: string, root: string | undefined): string {
  const start = root && `${root.replaceAll("\\", "/").replace(/\/+$/, "")}/`;
  const slashed = glob.replaceAll("\\", "/");
  return start && slashed.startsWith(start) ? slashed.slice(start.length) : glob;
}

/** Picomatch lets nothing match `.` and `..`, and a key that no pattern matches would be left out without a word. */
function withoutDotParts(path: string): string {
  return path.startsWith(".") || path.includes("/.") ? path.replace(/(?<=^|\/)\.{1,2}(?=\/|$)/g, "...") : path;
}

/** `{1..12}`, `{01..12}`, `{a..f}`, and with a step: picomatch itself knows ranges of single characters alone. */
function expandRange(from: string, to: string, step: unknown): string {
  return `(${fillRange(from, to, typeof step === "string" ? Number(step) : 1, { toRegex: true })})`;
}
