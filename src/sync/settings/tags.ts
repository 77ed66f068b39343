import { CodedError } from "../../errors/coded-error.ts";
import { readSettingLines } from "./setting-lines.ts";

// "Categorizing your objects using tags" in the Amazon S3 User Guide; for lengths and characters of session tags also "Pass session tags in
// AWS STS" in the IAM User Guide. A character outside the basic plane counts as two.
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
    checkTag(name, value, "tag", "S3");
    if (tags.has(name)) throw invalid(`"${name}" occurs twice. An object has one tag of each name.`);
    tags.set(name, value);
  });
  if (tags.size > MAX_TAGS) {
    const error = new CodedError("too-many-tags", `there are ${tags.size} tags, and S3 allows ${MAX_TAGS}.`);
    throw new AggregateError([error], error.message);
  }
  return tags.size > 0 ? tags : undefined;
}

/**
 * Checks a tag by the rules that are the same for objects and for sessions.
 *
 * @param what for the message.
 * @param service that has the rules, for the message.
 * @throws CodedError that says what is wrong.
 */
export function checkTag(name: string, value: string, what: "tag" | "session tag", service: "S3" | "STS"): void {
  const characters = "letters, digits, spaces, and + - = . _ : / @";
  if (/^aws:/i.test(name)) throw invalid(`"${name}" starts with aws:, which is reserved for AWS. Choose another name.`);
  for (const [role, text, limit] of [
    [`the name of a ${what}`, name, MAX_NAME_LENGTH],
    [`the value of "${name}"`, value, MAX_VALUE_LENGTH],
  ] as const) {
    if (text.length > limit) throw invalid(`${role} has ${text.length} characters, and ${service} allows ${limit}.`);
    if (!ALLOWED.test(text)) throw invalid(`"${text}" cannot be ${role}. ${service} allows ${characters}.`);
  }
}

function invalid(message: string): CodedError {
  return new CodedError("tag-invalid", message);
}
