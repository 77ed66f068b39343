import type { BucketPolicy, Condition } from "../store/policy.ts";
import { concernsEverybody } from "./policy-decision.ts";

/** Conditions that limit a statement for everyone. */
const narrowingKeys = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceip",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
  "s3:x-amz-server-side-encryption-aws-kms-key-id",
]);
const narrowingOperators = new Set(["ArnEquals", "ArnLike", "IpAddress", "StringEquals", "StringLike"]);

/**
 * Whether a policy is public: it allows something to everyone without a condition that limits it to few. Source: 'The meaning of
 * "public"' in the Amazon S3 User Guide
 */
export function isPublicPolicy({ statements }: BucketPolicy): boolean {
  return statements.some(
    (statement) =>
      statement.effect === "Allow" && concernsEverybody(statement) && !statement.conditions.some(narrowsDown),
  );
}

function narrowsDown({ operator, key, values }: Condition): boolean {
  return narrowingOperators.has(operator) && narrowingKeys.has(key.toLowerCase()) && values.every(isFixed);
}

/** No wildcard, and no range of more than an eighth of all addresses. */
function isFixed(value: string): boolean {
  return !/[*?]/.test(value) && !/\/[0-7]$/.test(value);
}
