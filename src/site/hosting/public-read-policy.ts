import { hash } from "node:crypto";
import { StepError } from "../../sync/step-error.ts";

/** The objects that everyone may read: all objects of a bucket under a key prefix. */
export interface PublicObjects {
  readonly bucketName: string;
  readonly prefix: string;
  /** The partition of ARNs, for example `aws` or `aws-cn`. */
  readonly partition: string;
}

/** Characters with a special meaning in a policy. */
const PATTERN_CHARACTERS = /[*?]|\$\{/;

type Statement = Readonly<Record<string, unknown>>;

interface Policy extends Statement {
  readonly Statement?: unknown;
}

/**
 * Adds a statement to a bucket policy that lets everyone read some objects. Other statements are not changed.
 *
 * @param policy JSON; undefined if the bucket has no policy.
 * @returns the JSON of the new policy; undefined if the policy already allows it.
 * @throws {StepError} if the policy is not one, or the prefix cannot be written in it.
 *
 * Source: "Setting permissions for website access" in the Amazon S3 User Guide.
 */
export function allowReading(policy: string | undefined, objects: PublicObjects): string | undefined {
  if (PATTERN_CHARACTERS.test(objects.prefix)) {
    throw new StepError(
      "inputs-in-conflict",
      `publicRead cannot be used with the targetFolder "${objects.prefix}": a bucket policy would read *, ? or \${ in it as a pattern. Choose another targetFolder.`,
    );
  }
  const parsed: Policy = policy === undefined ? { Version: "2012-10-17" } : parsePolicy(policy, objects.bucketName);
  const statements = statementsOf(parsed);
  if (statements.some((statement) => allows(statement, objects))) return undefined;
  const own = ownStatement(objects);
  const others = statements.filter(({ Sid }) => Sid !== own.Sid);
  return JSON.stringify({ ...parsed, Statement: [...others, own] });
}

function ownStatement({ bucketName, prefix, partition }: PublicObjects): Statement {
  // One statement per prefix, so that sites in one bucket do not affect each other. A Sid allows letters and digits.
  const suffix = prefix === "" ? "" : hash("sha256", prefix, "hex").slice(0, 12);
  return {
    Sid: `AwsS3PublishSite${suffix}`,
    Effect: "Allow",
    Principal: "*",
    Action: "s3:GetObject",
    Resource: `arn:${partition}:s3:::${bucketName}/${prefix}*`,
  };
}

function parsePolicy(text: string, bucketName: string): Policy {
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy === "object" && policy !== null && !Array.isArray(policy)) return policy as Policy;
  } catch {}
  throw new StepError(
    "bucket-policy-invalid",
    `The policy of the bucket "${bucketName}" is not a JSON object, so nothing can be added to it. Correct it, or allow s3:GetObject in it yourself and set publicRead to false.`,
  );
}

/** The statements of a policy. A single one may be written without a list. */
function statementsOf({ Statement: statements = [] }: Policy): readonly Statement[] {
  return listOf(statements) as readonly Statement[];
}

/**
 * Whether a policy lets everyone read an object without conditions.
 *
 * @param policy JSON. An invalid policy allows nothing.
 * @param arn the object's ARN.
 */
export function letsEverybodyRead(policy: string, arn: string): boolean {
  let statements: readonly Statement[];
  try {
    statements = statementsOf(JSON.parse(policy));
  } catch {
    return false;
  }
  return statements.some((statement) => grantsReading(statement, (pattern) => matches(pattern, arn)));
}

/** Whether a statement, also one from other tools, lets everyone read these objects without conditions. */
function allows(statement: Statement, { bucketName, prefix, partition }: PublicObjects): boolean {
  return grantsReading(statement, (pattern) => covers(pattern, `arn:${partition}:s3:::${bucketName}/${prefix}`));
}

/** @param isMeant whether a pattern of resources is about the objects in question. */
function grantsReading(
  { Effect, Principal, Action = [], Resource = [], Condition }: Statement,
  isMeant: (pattern: string) => boolean,
): boolean {
  return (
    Effect === "Allow" &&
    Condition === undefined &&
    isEverybody(Principal) &&
    listOf(Action).some((pattern) => matchesReading(String(pattern))) &&
    listOf(Resource).some((pattern) => isMeant(String(pattern)))
  );
}

function isEverybody(principal: unknown): boolean {
  if (typeof principal !== "object" || principal === null) return principal === "*";
  return "AWS" in principal && listOf(principal.AWS).includes("*");
}

/** Names of actions ignore case, and may have wildcards. */
function matchesReading(pattern: string): boolean {
  return matches(pattern.toLowerCase(), "s3:getobject");
}

function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[\\^$.+()[\]{}|]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(text);
}

/** Whether everything that begins with `start` matches the pattern. Only patterns with a single `*` at their end are supported. */
function covers(pattern: string, start: string): boolean {
  const stem = pattern.slice(0, -1);
  return pattern.endsWith("*") && !PATTERN_CHARACTERS.test(stem) && start.startsWith(stem);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
