import { CodedError, codeOf } from "../../errors/coded-error.ts";
import type { CodedMessage } from "../../errors/coded-message.ts";
import { type PathPatterns, type PatternSubject, parsePatterns } from "../../files/patterns.ts";
import { REDIRECT_HEADER, SYSTEM_METADATA } from "../../s3/system-metadata.ts";
import { readPattern } from "./cache-control.ts";
import { checkHeaderValue, checkRedirectLocation, parseExpires } from "./header-value.ts";
import { metadataHeader } from "./metadata.ts";

/** Headers for the files that some patterns match. */
export interface HeaderRule {
  /** Where the rule starts, from 1. */
  readonly line: number;
  readonly patterns: PathPatterns;
  /** Lower-case names, and values as they go on the wire. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What S3 keeps with an object; metadata comes beside it. */
const KEPT_HEADERS = [...SYSTEM_METADATA, "x-amz-storage-class"];

/** A rule while its lines are read. */
interface OpenRule {
  readonly patterns: { readonly text: string; readonly line: number }[];
  readonly headers: Record<string, string>;
  /** A line below the patterns was wrong, so an error about missing headers would be misleading. */
  hasLines: boolean;
}

/**
 * Reads rules: one or more pattern lines, then the headers of the files they match, as indented `Name: value` lines. Empty lines
 * and lines that start with `#` are skipped.
 *
 * @param parseStorageClass reads a storage class, or throws an Error that says why there is no such.
 * @throws {AggregateError} of an Error with its line's number for each wrong line.
 */
export function parseHeaderRules(
  text: string,
  parseStorageClass: (text: string) => string,
  subject?: PatternSubject,
): readonly HeaderRule[] {
  const rules: OpenRule[] = [];
  const problems: (CodedMessage & { readonly line: number })[] = [];
  for (const [index, rawLine] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const content = rawLine.trim();
    if (content === "" || content.startsWith("#")) continue;
    try {
      if (/^\s/.test(rawLine)) addHeader(rules.at(-1), content, parseStorageClass);
      else addPattern(rules, content, line, subject);
    } catch (error) {
      problems.push({ line, code: codeOf(error), message: (error as Error).message });
    }
  }
  for (const { patterns, hasLines } of rules) {
    const [first] = patterns;
    if (!first || hasLines) continue;
    problems.push({
      line: first.line,
      code: "line-invalid",
      message: `the pattern "${first.text}" has no header below it. Indent a rule's headers.`,
    });
  }
  if (problems.length > 0) {
    problems.sort((one, other) => one.line - other.line);
    throw new AggregateError(
      problems.map(({ line, code, message }) => new CodedError(code, `line ${line}: ${message}`)),
      "malformed rules",
    );
  }
  return rules.map(({ patterns, headers }) => ({
    line: patterns[0]?.line ?? 0,
    patterns: parsePatterns(
      patterns.map((pattern) => pattern.text),
      subject,
    ),
    headers,
  }));
}

function addPattern(rules: OpenRule[], text: string, line: number, subject?: PatternSubject): void {
  if (/^(x-amz-|cache-|content-|expires)[\w-]*:\s/i.test(text)) {
    throw new CodedError("line-invalid", `"${text}" is not a pattern. Indent it below the pattern of its files.`);
  }
  const last = rules.at(-1);
  const rule = last && !last.hasLines ? last : { patterns: [], headers: {}, hasLines: false };
  // A malformed pattern keeps its place, so that the headers below it are still checked.
  rule.patterns.push({ text, line });
  if (rule !== last) rules.push(rule);
  readPattern(text, subject);
}

function addHeader(rule: OpenRule | undefined, content: string, parseStorageClass: (text: string) => string): void {
  if (!rule)
    throw new CodedError(
      "line-invalid",
      `"${content}" has no pattern above it. Write the pattern of its files first, not indented.`,
    );
  rule.hasLines = true;
  const [, name, value] = /^([^\s:]+)\s*:\s*(.*)$/.exec(content) ?? [];
  if (name === undefined || value === undefined) {
    throw new CodedError("line-invalid", `"${content}" is not a header. Write Name: value.`);
  }
  const [header, checked] = readHeader(name, value, parseStorageClass);
  if (header in rule.headers) throw new CodedError("header-invalid", `${name} occurs twice in this rule.`);
  rule.headers[header] = checked;
}

function readHeader(
  name: string,
  value: string,
  parseStorageClass: (text: string) => string,
): readonly [name: string, value: string] {
  const lowerCaseName = name.toLowerCase();
  if (lowerCaseName.startsWith("x-amz-meta-")) return metadataHeader(name, value);
  if (!KEPT_HEADERS.includes(lowerCaseName)) {
    const kept = KEPT_HEADERS.map(asWritten).join(", ");
    throw new CodedError(
      "header-not-supported",
      `S3 does not keep the header "${name}" with an object. It keeps ${kept} and x-amz-meta-*.`,
    );
  }
  if (value === "") throw new CodedError("header-invalid", `${name} has no value.`);
  checkHeaderValue(value, `the value of ${name}`);
  if (lowerCaseName === "expires") return [lowerCaseName, parseExpires(value)];
  if (lowerCaseName === "x-amz-storage-class") return [lowerCaseName, parseStorageClass(value)];
  if (lowerCaseName === REDIRECT_HEADER) return [lowerCaseName, checkRedirectLocation(value)];
  return [lowerCaseName, value];
}

/** A header's name as people write it: `Content-Type`, but `x-amz-storage-class`. */
function asWritten(name: string): string {
  return name.startsWith("x-amz-") ? name : name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
