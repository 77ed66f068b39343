import { invalidParameter, StsError } from "./errors.ts";

/** The form of a request. */
export type Form = ReadonlyMap<string, string>;

/** What AssumeRole and AssumeRoleWithWebIdentity have in common. */
export interface SessionParameters {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
}

const defaultSeconds = 3600;
const minSeconds = 900;
const maxSeconds = 43_200;
const maxPackedBytes = 2048;

/** @throws StsError ValidationError, MalformedPolicyDocument, PackedPolicyTooLarge */
export function readSessionParameters(form: Form): SessionParameters {
  const roleArn = form.get("RoleArn") ?? "";
  if (roleArn.length < 20) throw invalidParameter("roleArn", roleArn, "have length greater than or equal to 20");
  if (!/^arn:[\w-]+:iam::\d{12}:role\/\S+$/.test(roleArn))
    throw new StsError("ValidationError", "Request ARN is invalid");
  checkPolicy(form);
  return {
    roleArn,
    sessionName: readPattern(form, "RoleSessionName", "[\\w+=,.@-]*", 2, 64) ?? "",
    durationSeconds: readDuration(form),
  };
}

/** @throws StsError ValidationError */
export function readExternalId(form: Form): string | undefined {
  return form.has("ExternalId") ? readPattern(form, "ExternalId", "[\\w+=,.@:\\/-]*", 2, 1224) : undefined;
}

/** @throws StsError ValidationError, InvalidParameterValue */
export function readTags(form: Form): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (let number = 1; form.has(`Tags.member.${number}.Key`); number++) {
    const key = form.get(`Tags.member.${number}.Key`) as string;
    const value = form.get(`Tags.member.${number}.Value`) ?? "";
    if (key === "" || key.length > 128) {
      throw invalidParameter(`tags.${number}.member.key`, key, "have length less than or equal to 128");
    }
    if (value.length > 256) {
      throw invalidParameter(`tags.${number}.member.value`, value, "have length less than or equal to 256");
    }
    if ([...tags.keys()].some((each) => each.toLowerCase() === key.toLowerCase())) {
      const why = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
      throw new StsError("InvalidParameterValue", why);
    }
    tags.set(key, value);
  }
  if (tags.size > 50) throw invalidParameter("tags", "[…]", "have length less than or equal to 50");
  return tags;
}

export function readTransitiveKeys(form: Form): ReadonlySet<string> {
  const keys = new Set<string>();
  for (let number = 1; form.has(`TransitiveTagKeys.member.${number}`); number++) {
    keys.add(form.get(`TransitiveTagKeys.member.${number}`) as string);
  }
  return keys;
}

function readPattern(form: Form, name: string, pattern: string, minLength: number, maxLength: number): string {
  const value = form.get(name) ?? "";
  const field = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  if (value.length < minLength) {
    throw invalidParameter(field, value, `have length greater than or equal to ${minLength}`);
  }
  if (value.length > maxLength) throw invalidParameter(field, value, `have length less than or equal to ${maxLength}`);
  if (!new RegExp(`^${pattern}$`).test(value)) {
    throw invalidParameter(field, value, `satisfy regular expression pattern: ${pattern}`);
  }
  return value;
}

function readDuration(form: Form): number {
  const text = form.get("DurationSeconds");
  if (text === undefined) return defaultSeconds;
  const seconds = Number(text);
  if (!(seconds >= minSeconds)) {
    throw invalidParameter("durationSeconds", text, `have value greater than or equal to ${minSeconds}`);
  }
  if (seconds > maxSeconds) {
    throw invalidParameter("durationSeconds", text, `have value less than or equal to ${maxSeconds}`);
  }
  return seconds;
}

function checkPolicy(form: Form): void {
  const policy = form.get("Policy") ?? "";
  if (policy.length > 2048) throw invalidParameter("policy", "…", "have length less than or equal to 2048");
  if (policy !== "" && !isPolicy(policy)) {
    throw new StsError("MalformedPolicyDocument", "The policy is not in the valid JSON format.");
  }
  const tagBytes = [...form]
    .filter(([name]) => name.startsWith("Tags."))
    .reduce((sum, [, { length }]) => sum + length, 0);
  // AWS packs them in a way that it does not tell of.
  const percent = Math.round(((policy.length + tagBytes) / maxPackedBytes) * 100);
  if (percent > 100) {
    const why = `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`;
    throw new StsError("PackedPolicyTooLarge", why);
  }
}

function isPolicy(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object" && "Statement" in JSON.parse(text);
  } catch {
    return false;
  }
}
