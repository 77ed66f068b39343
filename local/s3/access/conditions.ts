import type { Condition } from "../store/policy.ts";
import { matchesPattern } from "./patterns.ts";

/** What conditions of policies are about: whether a request came over TLS, and its headers, if they are known. */
export interface Circumstances {
  readonly secure: boolean;
  /** By lower-case names. */
  readonly headers?: ReadonlyMap<string, string>;
}

/** Whether one of the values fits, by operator. What begins with `StringNot` holds where none does, also of what is not there. */
const FITS: Readonly<Record<string, (value: string, given: string) => boolean>> = {
  Bool: (value, given) => value.toLowerCase() === given.toLowerCase(),
  StringEquals: (value, given) => value === given,
  StringNotEquals: (value, given) => value === given,
  StringEqualsIgnoreCase: (value, given) => value.toLowerCase() === given.toLowerCase(),
  StringNotEqualsIgnoreCase: (value, given) => value.toLowerCase() === given.toLowerCase(),
  StringLike: matchesPattern,
  StringNotLike: matchesPattern,
};

/**
 * Whether a condition holds.
 * Source: "IAM JSON policy elements: Condition operators" in the AWS Identity and Access Management User Guide
 * @returns undefined for one that this server does not know
 */
export function holds({ operator, key, values }: Condition, circumstances: Circumstances): boolean | undefined {
  const given = givenValue(key.toLowerCase(), circumstances);
  if (given === "unknown") return undefined;
  if (operator === "Null") return values.some((value) => value.toLowerCase() === String(given === undefined));
  const [, name = "", ifExists] = /^(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const fits = FITS[name];
  if (fits === undefined) return undefined;
  const isNegated = name.startsWith("StringNot");
  if (given === undefined) return isNegated || ifExists !== undefined;
  return values.some((value) => fits(value, given)) !== isNegated;
}

function givenValue(key: string, { secure, headers }: Circumstances): string | undefined | "unknown" {
  if (key === "aws:securetransport") return String(secure);
  if (headers !== undefined && key.startsWith("s3:x-amz-")) return headers.get(key.slice("s3:".length));
  return "unknown";
}
