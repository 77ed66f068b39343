import { S3Error } from "../http/errors.ts";
import type { BucketPolicy, Condition, Listed, Statement } from "../store/policy.ts";
import { matchesPattern } from "./patterns.ts";

type Json = Readonly<Record<string, unknown>>;

const versions: readonly unknown[] = ["2012-10-17", "2008-10-17", undefined];
const policyFields = ["Version", "Id", "Statement"];
const lists = ["Principal", "Action", "Resource"] as const;
const statementFields = ["Sid", "Effect", "Condition", ...lists.flatMap((name) => [name, `Not${name}`])];

/** An account by its id, a user or role of an account by its ARN, or everybody. */
const awsPrincipal = /^(\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|[a-z-]+\/[^*?]+))$/;
/** Principals that are not of AWS: a service, a federation or an account by its canonical id. */
const otherPrincipals = ["Service", "Federated", "CanonicalUser"];

/**
 * Reads the policy of a bucket.
 * Source: "Policies and permissions in Amazon S3" in the Amazon S3 User Guide, and the IAM policy grammar.
 * @param region the server's, of which the partition in ARNs follows
 * @throws S3Error MalformedPolicy
 */
export function readPolicy(text: string, bucket: string, region: string): BucketPolicy {
  if (!text.startsWith("{")) throw malformed("Policies must be valid JSON and the first byte must be '{'");
  const policy = parse(text);
  checkFields(policy, policyFields);
  if (!versions.includes(policy.Version)) throw malformed("The policy must contain a valid version string");
  const statements = asList(required(policy, "Statement"));
  if (statements.length === 0) throw malformed("Could not parse the policy: Statement is empty!");
  return { text, statements: statements.map((statement) => readStatement(statement, bucket, partitionOf(region))) };
}

/** The partition of a region, as ARNs name it. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

function readStatement(value: unknown, bucket: string, partition: string): Statement {
  if (!isObject(value)) throw malformed("Invalid policy syntax.");
  checkFields(value, statementFields);
  const effect = required(value, "Effect");
  if (effect !== "Allow" && effect !== "Deny") throw malformed(`Invalid effect: ${String(effect)}`);
  const principals = readListed(value, "Principal", readPrincipals);
  const actions = readListed(value, "Action", readActions);
  const resources = readListed(value, "Resource", (named) => readResources(named, bucket, partition));
  if (!actions.isException && !resources.isException) checkActionsApply(actions.names, resources.names);
  return { effect, principals, actions, resources, conditions: readConditions(value.Condition) };
}

/** Reads an element that a statement must have, either plain or with `Not` before it. */
function readListed(
  statement: Json,
  name: (typeof lists)[number],
  readNames: (value: unknown) => readonly string[],
): Listed {
  const isException = `Not${name}` in statement;
  if (isException && name in statement) throw malformed("Invalid policy syntax.");
  return { names: readNames(isException ? statement[`Not${name}`] : required(statement, name)), isException };
}

function readPrincipals(value: unknown): readonly string[] {
  if (value === "*") return ["*"];
  if (!isObject(value) || Object.keys(value).length === 0) throw malformed("Invalid principal in policy");
  return Object.entries(value).flatMap(([kind, named]) => {
    const names = asStrings(named);
    const isKnown = kind === "AWS" ? names.every((name) => awsPrincipal.test(name)) : otherPrincipals.includes(kind);
    if (!isKnown || names.length === 0) throw malformed("Invalid principal in policy");
    return kind === "AWS" ? names : names.map((name) => `${kind}:${name}`);
  });
}

function readActions(value: unknown): readonly string[] {
  const names = asStrings(value);
  if (names.length === 0 || !names.every((name) => name === "*" || /^s3:[a-z*?]+$/i.test(name))) {
    throw malformed("Policy has invalid action");
  }
  return names;
}

function readResources(value: unknown, bucket: string, partition: string): readonly string[] {
  const arns = asStrings(value);
  const start = `arn:${partition}:s3:::`;
  const names = arns.map((arn) => arn.slice(start.length));
  const isOfBucket = (name: string) => matchesPattern(name.split("/")[0] ?? "", bucket);
  if (names.length > 0 && arns.every((arn) => arn.startsWith(start)) && names.every(isOfBucket)) return names;
  throw malformed("Policy has invalid resource");
}

/** An action on objects needs a resource that can be an object, and one on the bucket one that can be the bucket. */
function checkActionsApply(actions: readonly string[], resources: readonly string[]): void {
  const applies = (action: string): boolean => {
    if (/[*?]/.test(action) || !/Bucket|Object/.test(action)) return true;
    const isOnBucket = action.includes("Bucket");
    return resources.some((name) => (isOnBucket ? !name.includes("/") : /\/|\*$/.test(name)));
  };
  if (!actions.every(applies)) throw malformed("Action does not apply to any resource(s) in statement");
}

function readConditions(value: unknown): readonly Condition[] {
  if (value === undefined) return [];
  if (!isObject(value)) throw malformed("Invalid policy syntax.");
  return Object.entries(value).flatMap(([operator, operands]) => {
    if (!isObject(operands)) throw malformed("Invalid policy syntax.");
    return Object.entries(operands).map(([key, values]) => ({ operator, key, values: asList(values).map(String) }));
  });
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw malformed();
  }
}

function checkFields(object: Json, known: readonly string[]): void {
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) throw malformed(`Unknown field ${unknown}`);
}

function required(object: Json, name: string): unknown {
  if (object[name] === undefined) throw malformed(`Missing required field ${name}`);
  return object[name];
}

/** A list of one may stand without its brackets. */
function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function asStrings(value: unknown): readonly string[] {
  const list = asList(value);
  if (!list.every((element) => typeof element === "string")) throw malformed("Invalid policy syntax.");
  return list as readonly string[];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(message?: string): S3Error {
  return new S3Error("MalformedPolicy", message);
}
