import { CodedError } from "../../errors/coded-error.ts";
import { readSettingLines } from "../../sync/settings/setting-lines.ts";

// "Pass session tags in AWS STS" in the IAM User Guide.
const MAX_TAGS = 50;
const MAX_NAME_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * Reads `name=value` lines of session tags. A value may be empty; case counts in values, but two names that differ by case alone are one.
 *
 * @returns undefined if there are none.
 * @throws {AggregateError} of an Error for each wrong line; Error if there are too many.
 */
export function parseSessionTags(text: string): ReadonlyMap<string, string> | undefined {
  const tags = new Map<string, string>();
  const names = new Set<string>();
  readSettingLines(text, "name=value", ({ name, value }) => {
    checkTag(name, value);
    if (names.has(name.toLowerCase()))
      throw new CodedError("tag-invalid", `"${name}" occurs twice. Upper and lower case are the same here.`);
    names.add(name.toLowerCase());
    tags.set(name, value);
  });
  if (tags.size > MAX_TAGS)
    throw new CodedError("too-many-tags", `there are ${tags.size} tags, and STS allows ${MAX_TAGS}.`);
  return tags.size > 0 ? tags : undefined;
}

function checkTag(name: string, value: string): void {
  const allowed = "Letters, digits, spaces, and + - = . _ : / @ are allowed";
  if (/^aws:/i.test(name))
    throw new CodedError("tag-invalid", `"${name}" starts with aws:, which is reserved for AWS. Choose another name.`);
  if (name.length > MAX_NAME_LENGTH || !ALLOWED.test(name)) {
    throw new CodedError(
      "tag-invalid",
      `"${name}" cannot be the name of a session tag. ${allowed}, ${MAX_NAME_LENGTH} of them at most.`,
    );
  }
  if (value.length > MAX_VALUE_LENGTH || !ALLOWED.test(value)) {
    throw new CodedError(
      "tag-invalid",
      `"${value}" cannot be the value of "${name}". ${allowed}, ${MAX_VALUE_LENGTH} of them at most.`,
    );
  }
}
