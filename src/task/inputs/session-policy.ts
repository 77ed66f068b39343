import { CodedError } from "../../errors/coded-error.ts";

/** "Policy" of AssumeRole in the AWS Security Token Service API Reference: characters of JSON. */
const MAX_LENGTH = 2048;
const ADVICE =
  'Enter a policy in JSON, for example {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}.';

/**
 * Reads a session policy.
 *
 * @returns it without needless spaces, of which STS counts every one; undefined if there is none.
 * @throws Error that says what is wrong with it.
 */
export function parseSessionPolicy(text: string): string | undefined {
  if (text === "") return undefined;
  const policy = JSON.stringify(parse(text));
  if (policy.length > MAX_LENGTH) {
    const what = `it has ${policy.length} characters without spaces, and STS allows ${MAX_LENGTH}.`;
    throw new CodedError("session-policy-too-large", `${what} Shorten it, or change the policy of the role instead.`);
  }
  return policy;
}

function parse(text: string): object {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch (error) {
    throw new CodedError("session-policy-invalid", `it is not JSON: ${(error as Error).message}. ${ADVICE}`);
  }
  if (typeof policy !== "object" || policy === null || !("Statement" in policy)) {
    throw new CodedError("session-policy-invalid", `it is not a policy: it has no Statement. ${ADVICE}`);
  }
  return policy;
}
