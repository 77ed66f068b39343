import type { BucketPolicy, Condition, Listed, Statement } from "../store/policy.ts";
import { type Circumstances, holds } from "./conditions.ts";
import { matchesPattern } from "./patterns.ts";

/** The attempted action. */
export interface Attempt extends Circumstances {
  /** Such as `s3:GetObject`. */
  readonly action: string;
  /** `bucket`, or `bucket/key`. */
  readonly resource: string;
}

/**
 * The decision of a policy about an anonymous attempt. A denial overrides all allowances. Source: "Policy evaluation logic" in the AWS
 * Identity and Access Management User Guide
 * @returns undefined if it says nothing
 */
export function policyDecision(policy: BucketPolicy, attempt: Attempt): Statement["effect"] | undefined {
  const concerned = policy.statements.filter(
    (statement) => concernsEverybody(statement) && concerns(statement, attempt),
  );
  const meets = (conditions: readonly Condition[], evenUnknown: boolean) =>
    conditions.every((condition) => holds(condition, attempt) ?? evenUnknown);
  // Of a condition that is not known here the worse is assumed.
  const applying = concerned.filter(({ effect, conditions }) => meets(conditions, effect === "Deny"));
  return applying.find(({ effect }) => effect === "Deny")?.effect ?? applying[0]?.effect;
}

/**
 * Whether a policy denies something to the account that owns the bucket, which needs no allowance. A condition that is not known here does
 * not hold.
 */
export function deniesOwner(policy: BucketPolicy, attempt: Attempt, accountId: string): boolean {
  const isOwner = (name: string) => name === "*" || name === accountId || name.endsWith(`::${accountId}:root`);
  return policy.statements.some(
    (statement) =>
      statement.effect === "Deny" &&
      lists(statement.principals, isOwner) &&
      concerns(statement, attempt) &&
      statement.conditions.every((condition) => holds(condition, attempt) === true),
  );
}

/** Whether a statement applies to everyone. */
export function concernsEverybody({ principals }: Statement): boolean {
  return lists(principals, (name) => name === "*");
}

function concerns(statement: Statement, { action, resource }: Attempt): boolean {
  return (
    lists(statement.actions, (name) => matchesPattern(name.toLowerCase(), action.toLowerCase())) &&
    lists(statement.resources, (name) => matchesPattern(name, resource))
  );
}

function lists({ names, isException }: Listed, isMeant: (name: string) => boolean): boolean {
  return names.some(isMeant) !== isException;
}
