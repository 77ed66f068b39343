import type { HeaderLine, HeadersFileRule } from "./headers-file-rules.ts";

/** The result of the rules of a `_headers` file for one header. */
export interface HeaderOutcome {
  /** As it is written the first time. */
  readonly name: string;
  /** Absent if the header is detached, and not set again after that. */
  readonly value?: string;
  /** The lines that the value comes from, or the one that detaches the header. */
  readonly lines: readonly number[];
}

/** Of these a response has one value, so that a later line takes the place of an earlier one. */
const SINGLE_VALUE_HEADERS = new Set(["content-disposition", "content-type", "expires"]);

/**
 * What all rules that hold for a path make of their headers, by lower-case name. Values of the same header are joined with a comma, and a
 * rule's detached headers are taken off before its own are set ("Headers" in the Cloudflare Pages docs).
 *
 * @param rules those that hold for the path, in the order of the file.
 */
export function headerOutcomes(rules: readonly HeadersFileRule[]): ReadonlyMap<string, HeaderOutcome> {
  const outcomes = new Map<string, HeaderOutcome>();
  for (const { headers } of rules) {
    for (const header of headers.filter(({ value }) => value === undefined)) {
      outcomes.set(header.name.toLowerCase(), { name: header.name, lines: [header.line] });
    }
    for (const header of headers) {
      const key = header.name.toLowerCase();
      if (header.value !== undefined) outcomes.set(key, joined(outcomes.get(key), header, header.value));
    }
  }
  return outcomes;
}

function joined(earlier: HeaderOutcome | undefined, { line, name }: HeaderLine, value: string): HeaderOutcome {
  if (earlier?.value === undefined || SINGLE_VALUE_HEADERS.has(name.toLowerCase())) {
    return { name: earlier?.name ?? name, value, lines: [line] };
  }
  return { name: earlier.name, value: `${earlier.value}, ${value}`, lines: [...earlier.lines, line] };
}
