import type { CodedMessage } from "../../errors/coded-message.ts";

/** What a role may be told when it is assumed. Source: "AssumeRole" in the AWS Security Token Service API Reference. */
export const ROLE_DURATION_SECONDS = { min: 900, max: 43_200 } as const;

const EXAMPLE_ROLE = "arn:aws:iam::123456789012:role/deploy";

/**
 * Checks the ARN of a role.
 *
 * @param isAmazon whether AWS itself is asked for the role; other stores name accounts in ways of their own, or not at all.
 * @returns what is wrong with it, and what to do; undefined where nothing is.
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

/** @returns what is wrong with an external id; undefined where nothing is. */
export function problemOfExternalId(externalId: string): CodedMessage | undefined {
  if (/^[\w+=,.@:/-]{2,1224}$/.test(externalId)) return undefined;
  const message = `"${externalId}" is not an external ID. Enter 2 to 1224 letters, digits, or characters of _ + = , . @ : / -.`;
  return { code: "id-invalid", message };
}

/** @returns what is wrong with the name of a session; undefined where nothing is. */
export function problemOfSessionName(name: string): CodedMessage | undefined {
  if (/^[\w+=,.@-]{2,64}$/.test(name)) return undefined;
  const message = `"${name}" is not a session name. Enter 2 to 64 letters, digits, or characters of _ + = , . @ -.`;
  return { code: "session-name-invalid", message };
}

/** @returns what is wrong with a number of seconds that a session is to last; undefined where nothing is. */
export function problemOfDuration(text: string): CodedMessage | undefined {
  const { min, max } = ROLE_DURATION_SECONDS;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= min && seconds <= max) return undefined;
  const message = `"${text}" is not a number of seconds from ${min} to ${max}. If empty, one hour is used.`;
  return { code: "number-out-of-range", message };
}
