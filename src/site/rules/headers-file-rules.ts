import { checkHeaderValue, parseExpires } from "../../sync/settings/header-value.ts";
import { type LineMessage, type LineWarning, UnsupportedError } from "./line-message.ts";
import { type PathPattern, parsePathPattern } from "./path-pattern.ts";

/** One rule of a `_headers` file: a pattern, and the headers of the responses at its paths. */
export interface HeadersFileRule {
  readonly line: number;
  readonly pattern: PathPattern;
  readonly headers: readonly HeaderLine[];
}

/** One line of a rule: a header that is set, or with `! Name` one that wider rules and defaults set no more. */
export interface HeaderLine {
  readonly line: number;
  /** As it is written. */
  readonly name: string;
  /** Absent if the header is detached. */
  readonly value?: string;
}

/**
 * Reads a `_headers` file: patterns, each above the lines `Name: value` or `! Name` that belong to it, which need not be indented. Empty
 * lines, and lines that start with `#`, are skipped. Sources: "Custom headers" in the Netlify Docs, "Headers" in the Cloudflare
 * Pages docs.
 *
 * @returns the rules, in order; a problem for each malformed line; and a warning for each rule that is skipped because it is not
 *   supported.
 */
export function parseHeadersFileRules(text: string): {
  readonly rules: readonly HeadersFileRule[];
  readonly problems: readonly LineMessage[];
  readonly warnings: readonly LineWarning[];
} {
  const rules: HeadersFileRule[] = [];
  const problems: LineMessage[] = [];
  const warnings: LineWarning[] = [];
  let headers: HeaderLine[] | undefined;
  for (const [index, rawLine] of text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .entries()) {
    const line = index + 1;
    const content = rawLine.trim();
    if (content === "" || content.startsWith("#")) continue;
    try {
      if (/^(\/|https?:\/\/)/i.test(content)) {
        // Lines below a malformed pattern belong to no pattern, and not to the one above it.
        headers = [];
        rules.push({ line, pattern: parsePathPattern(content), headers });
      } else {
        const header = readHeaderLine(content, line);
        if (!headers) throw new Error(`"${header.name}" has no path above it. Write the path of its pages first.`);
        headers.push(header);
      }
    } catch (error) {
      const { message } = error as Error;
      const subject = { kind: "rule", name: content } as const;
      if (error instanceof UnsupportedError) warnings.push({ line, subject, outcome: "skipped", reason: message });
      else problems.push({ line, code: "site-file-invalid", message });
    }
  }
  return { rules, problems, warnings };
}

function readHeaderLine(content: string, line: number): HeaderLine {
  const [, detached] = /^!\s*([\w!#$%&'*+.^`|~-]+)$/.exec(content) ?? [];
  if (detached !== undefined) return { line, name: detached };
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+)\s*:\s*(.*)$/.exec(content) ?? [];
  if (name === undefined || value === undefined) {
    throw new Error(`"${content}" is neither a path nor a header. Write /path, Name: value or ! Name.`);
  }
  if (value === "") throw new Error(`${name} has no value. To detach a header, write ! ${name}.`);
  checkHeaderValue(value, `the value of ${name}`);
  return { line, name, value: name.toLowerCase() === "expires" ? parseExpires(value) : value };
}
