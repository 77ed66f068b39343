import { CodedError } from "../../errors/coded-error.ts";
import { type PathPatterns, type PatternSubject, parsePatterns } from "../../files/patterns.ts";
import { checkHeaderValue } from "./header-value.ts";
import { readSettingLines } from "./setting-lines.ts";

/** The Cache-Control header of the files that a pattern matches. */
export interface CacheControlRule {
  /** From 1. */
  readonly line: number;
  readonly patterns: PathPatterns;
  readonly value: string;
}

const FORM = "pattern=value, for example **/*.js=max-age=3600";

/**
 * Reads `pattern=value` lines.
 *
 * @throws {AggregateError} of an Error for each wrong line.
 */
export function parseCacheControl(text: string, subject?: PatternSubject): readonly CacheControlRule[] {
  return readSettingLines(text, FORM, ({ number, name: pattern, value }) => {
    if (/(^|[\s,])(max-age|s-maxage|stale-while-revalidate|stale-if-error)$/i.test(pattern) && /^"?\d/.test(value)) {
      throw new CodedError("line-invalid", `"${pattern}=${value}" has no pattern before the =. Write ${FORM}.`);
    }
    if (value === "") throw new CodedError("header-invalid", `the pattern "${pattern}" has no value after its =.`);
    return { line: number, patterns: readPattern(pattern, subject), value: checkHeaderValue(value, "the value") };
  });
}

/** @throws Error if the pattern is malformed. */
export function readPattern(pattern: string, subject?: PatternSubject): PathPatterns {
  try {
    return parsePatterns([pattern], subject);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}
