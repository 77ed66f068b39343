import type { BucketPolicy, Condition, Listed, Statement } from "../store/policy.ts";
import { matchesPattern } from "./patterns.ts";

/** What somebody unknown would do. */
export interface Attempt {
  readonly action: "s3:GetObject" | "s3:GetObjectVersion" | "s3:ListBucket";
  /** `bucket`, or `bucket/key`. */
  readonly resource: string;
  /** Whether the request came over TLS. */
  readonly secure: boolean;
}

/**
 * What a policy says to an attempt. A denial goes before all allowances.
 * Source: "Policy evaluation logic" in the AWS Identity and Access Management User Guide
 * @returns undefined where it says nothing
 */
export function policyDecision(policy: BucketPolicy, attempt: Attempt): Statement["effect"] | undefined {
  const concerned = policy.statements.filter((statement) => concerns(statement, attempt));
  const meets = (conditions: readonly Condition[], evenUnknown: boolean) =>
    conditions.every((condition) => holds(condition, attempt) ?? evenUnknown);
  // Of a condition that is not known here the worse is assumed.
  const applying = concerned.filter(({ effect, conditions }) => meets(conditions, effect === "Deny"));
  return applying.find(({ effect }) => effect === "Deny")?.effect ?? applying[0]?.effect;
}

/** Whether a statement is about everybody. */
export function concernsEverybody({ principals }: Statement): boolean {
  return lists(principals, (name) => name === "*");
}

function concerns(statement: Statement, { action, resource }: Attempt): boolean {
  return (
    concernsEverybody(statement) &&
    lists(statement.actions, (name) => matchesPattern(name.toLowerCase(), action.toLowerCase())) &&
    lists(statement.resources, (name) => matchesPattern(name, resource))
  );
}

function lists({ names, isException }: Listed, isMeant: (name: string) => boolean): boolean {
  return names.some(isMeant) !== isException;
}

/** Undefined for a condition that this server does not know. */
function holds({ operator, key, values }: Condition, { secure }: Attempt): boolean | undefined {
  if (operator !== "Bool" || key.toLowerCase() !== "aws:securetransport") return undefined;
  return values.some((value) => value.toLowerCase() === String(secure));
}
