import { CodedError, codeOf } from "../../errors/coded-error.ts";
/** One line of a setting that stands one to a line, for example `name=value`. */
export interface SettingLine {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  readonly value: string;
}

/**
 * Reads `name=value` lines, each split at its first `=`, with the spaces around name and value cut off. Empty lines and lines
 * that start with `#` are skipped.
 *
 * @param example how a line looks, for the message.
 * @param read makes something of a line; what it throws becomes an error with the line's number.
 * @throws {AggregateError} of an Error for each wrong line.
 */
export function readSettingLines<T>(text: string, example: string, read: (line: SettingLine) => T): T[] {
  const errors: Error[] = [];
  const results = text.split(/\r?\n/).flatMap((line, index) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return [];
    try {
      return [read({ number: index + 1, ...splitLine(trimmed, example) })];
    } catch (error) {
      errors.push(new CodedError(codeOf(error), `line ${index + 1}: ${(error as Error).message}`));
      return [];
    }
  });
  if (errors.length > 0) throw new AggregateError(errors, "malformed lines");
  return results;
}

function splitLine(line: string, example: string): Pick<SettingLine, "name" | "value"> {
  const split = line.indexOf("=");
  if (split === -1) throw new CodedError("line-invalid", `"${line}" has no =. Write ${example}.`);
  const name = line.slice(0, split).trim();
  if (name === "") throw new CodedError("line-invalid", `"${line}" has nothing before its =. Write ${example}.`);
  return { name, value: line.slice(split + 1).trim() };
}
