import picomatch from "picomatch";

/** The patterns of a step: which relative paths it is about. */
export interface PathPatterns {
  /** Whether a path relative to the root, with `/` between its names, belongs to the step. */
  matches(path: string): boolean;
  /** Whether some pattern includes something under a folder or file name literally, as `.git`. */
  names(name: string): boolean;
}

/** One pattern line that cannot be understood. The message quotes it and says why. */
export class PatternError extends Error {}

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
 * @throws {AggregateError} of a {PatternError} for each wrong line.
 */
export function parsePatterns(lines: readonly string[]): PathPatterns {
  const rules: Rule[] = [];
  const errors: PatternError[] = [];
  for (const line of lines.map((text) => text.trim()).filter((text) => text !== "" && !text.startsWith("#"))) {
    try {
      rules.push(parseRule(line));
    } catch (error) {
      errors.push(new PatternError(`pattern "${line}": ${(error as Error).message}.`));
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, "malformed patterns");

  const [first] = rules;
  if (first && !first.include) rules.unshift(parseRule("**"));
  rules.reverse();
  return {
    matches: (path) => rules.find((rule) => rule.test(path))?.include ?? false,
    names: (name) => rules.some((rule) => rule.include && rule.glob.split("/").includes(name)),
  };
}

function parseRule(line: string): Rule {
  const include = !line.startsWith("!");
  const glob = line
    .slice(include ? 0 : 1)
    .trim()
    .replace(/^(\.\/)+/, "");
  if (glob === "") throw new Error("nothing stands behind the !");
  if (/^\/|^[A-Za-z]:[\\/]/.test(glob))
    throw new Error("it starts at the root of a disk; write it relative to sourceFolder");
  if (glob.split("/").includes("..")) throw new Error("it leaves sourceFolder with ..");
  const test = picomatch(glob.endsWith("/") ? `${glob}**` : glob, {
    dot: true,
    nonegate: true,
    strictBrackets: true,
    windows: false,
    // A name may hold a line break, which `.` in an expression does not match otherwise.
    flags: "s",
  });
  return { include, glob, test: (path) => test(path) };
}
