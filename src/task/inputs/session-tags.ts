import { CodedError } from "../../errors/coded-error.ts";
import { readSettingLines } from "../../sync/settings/setting-lines.ts";
import { checkTag } from "../../sync/settings/tags.ts";

// "Pass session tags in AWS STS" in the IAM User Guide.
const MAX_TAGS = 50;

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
    checkTag(name, value, "session tag", "STS");
    if (names.has(name.toLowerCase()))
      throw new CodedError("tag-invalid", `"${name}" occurs twice. Upper and lower case are the same here.`);
    names.add(name.toLowerCase());
    tags.set(name, value);
  });
  if (tags.size > MAX_TAGS)
    throw new CodedError("too-many-tags", `there are ${tags.size} tags, and STS allows ${MAX_TAGS}.`);
  return tags.size > 0 ? tags : undefined;
}
