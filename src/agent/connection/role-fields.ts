import type { CodedMessage } from "../../errors/coded-message.ts";

/** The optional settings of a role session. Source: "AssumeRole" in the AWS Security Token Service API Reference. */
export const ROLE_DURATION_SECONDS = { min: 900, max: 43_200 } as const;

const EXAMPLE_ROLE = "arn:aws:iam::123456789012:role/deploy";

/**
 * Checks the ARN of a role.
 *
 * @param isAmazon whether AWS assumes the role. Other stores have other account names, or none.
 * @returns what is wrong and what to do; undefined if it is valid.
 */
export function problemOfRoleArn(arn: string, isAmazon: boolean): CodedMessage | undefined {
  const shape = isAmazon ? /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/ : /^arn:[^:\s]*:iam::[^:\s]*:role\/\S+$/;
  if (shape.test(arn)) return undefined;
  const what = /:assumed-role\//.test(arn)
    ? `"${arn}" is the ARN of a session, and not of the role`
    : `"${arn}" is not the ARN of a role`;
  const message = `${what}. Enter the ARN that IAM shows for the role, for example ${EXAMPLE_ROLE}.`;
  return { code: "role-arn-invalid", message };
}

/** @returns what is wrong with an external id; undefined if it is valid. */
export function problemOfExternalId(externalId: string): CodedMessage | undefined {
  if (/^[\w+=,.@:/-]{2,1224}$/.test(externalId)) return undefined;
  const message = `"${externalId}" is not an external ID. Enter 2 to 1224 letters, digits, or characters of _ + = , . @ : / -.`;
  return { code: "id-invalid", message };
}

/** @returns what is wrong with a session name; undefined if it is valid. */
export function problemOfSessionName(name: string): CodedMessage | undefined {
  if (/^[\w+=,.@-]{2,64}$/.test(name)) return undefined;
  const message = `"${name}" is not a session name. Enter 2 to 64 letters, digits, or characters of _ + = , . @ -.`;
  return { code: "session-name-invalid", message };
}

/** @returns what is wrong with a session duration in seconds; undefined if it is valid. */
export function problemOfDuration(text: string): CodedMessage | undefined {
  const { min, max } = ROLE_DURATION_SECONDS;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= min && seconds <= max) return undefined;
  const message = `"${text}" is not a number of seconds from ${min} to ${max}. If empty, one hour is used.`;
  return { code: "number-out-of-range", message };
}
