import { CodedError } from "../../errors/coded-error.ts";
import { readSettingLines } from "./setting-lines.ts";

// "Categorizing your objects using tags" in the Amazon S3 User Guide. A character outside the basic plane counts as two.
const MAX_TAGS = 10;
const MAX_NAME_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * Reads `name=value` lines of tags. A value may be empty; case counts.
 *
 * @returns undefined if there are none.
 * @throws {AggregateError} of an Error for each wrong line, or if there are too many.
 */
export function parseTags(text: string): ReadonlyMap<string, string> | undefined {
  const tags = new Map<string, string>();
  readSettingLines(text, "name=value", ({ name, value }) => {
    checkTag(name, value);
    if (tags.has(name))
      throw new CodedError("tag-invalid", `"${name}" occurs twice. An object has one tag of each name.`);
    tags.set(name, value);
  });
  if (tags.size > MAX_TAGS) {
    const error = new CodedError("too-many-tags", `there are ${tags.size} tags, and S3 allows ${MAX_TAGS}.`);
    throw new AggregateError([error], error.message);
  }
  return tags.size > 0 ? tags : undefined;
}

function checkTag(name: string, value: string): void {
  const characters = "letters, digits, spaces, and + - = . _ : / @";
  if (/^aws:/i.test(name))
    throw new CodedError("tag-invalid", `"${name}" starts with aws:, which is reserved for AWS. Choose another name.`);
  if (name.length > MAX_NAME_LENGTH)
    throw new CodedError("tag-invalid", tooLong("the name of a tag", name, MAX_NAME_LENGTH));
  if (value.length > MAX_VALUE_LENGTH)
    throw new CodedError("tag-invalid", tooLong(`the value of "${name}"`, value, MAX_VALUE_LENGTH));
  if (!ALLOWED.test(name))
    throw new CodedError("tag-invalid", `"${name}" cannot be the name of a tag. S3 allows ${characters}.`);
  if (!ALLOWED.test(value))
    throw new CodedError("tag-invalid", `"${value}" cannot be the value of "${name}". S3 allows ${characters}.`);
}

function tooLong(what: string, text: string, limit: number): string {
  return `${what} has ${text.length} characters, and S3 allows ${limit}.`;
}
