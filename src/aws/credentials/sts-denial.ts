import type { RoleAttempt } from "./role-attempt.ts";

/**
 * Says which policy refused a role. AWS names the kind of policy in some messages only. If it does not, the accounts of caller and role
 * show which policy must allow it.
 *
 * Sources: "Troubleshoot access denied error messages" and "Cross-account policy evaluation logic" in the IAM User Guide.
 */
export function roleDenialHint(attempt: RoleAttempt, serverMessage: string): string {
  const said = readDenial(serverMessage, attempt);
  if (said.explicitDenyIn) {
    return `It is forbidden by a Deny in ${said.explicitDenyIn}: remove the Deny, or add an exception to it.`;
  }
  if (attempt.source === "web-identity") return adviseOnWebIdentity(attempt);
  if (said.action === "sts:TagSession") return adviseOnTags(said, attempt);

  const permission = `the permissions policy of ${said.caller} must allow sts:AssumeRole on ${attempt.arn}`;
  const trust = `the trust policy of the role must allow sts:AssumeRole to ${said.caller}`;
  const conditions = adviseOnExternalId(attempt);
  if (said.missingIn === "identity-based policy") return `A permission is missing: ${permission}.`;
  if (said.missingIn === "resource-based policy") return `The trust policy refuses it: ${trust}. ${conditions}`;
  if (said.missingIn)
    return `A policy limits the caller: a ${said.missingIn} of ${said.caller} does not allow sts:AssumeRole.`;
  if (said.callerAccount === undefined) return `Check both policies: ${trust}, and ${permission}. ${conditions}`;
  if (said.callerAccount !== accountOf(attempt.arn)) {
    const accounts = `The role is in account ${accountOf(attempt.arn)} and the caller in ${said.callerAccount}, so both must allow it`;
    return `${accounts}: ${trust}, and ${permission}. ${conditions} AWS gives the same answer for a role that does not exist.`;
  }
  const both = `${trust}; if it names only the account (…:root), ${permission} as well`;
  return `Caller and role are in the same account, so the trust policy decides: ${both}. ${conditions} AWS gives the same answer for a role that does not exist.`;
}

/** What an AWS message says about a denial. */
interface Denial {
  readonly action: string;
  /** The caller's ARN, or a description if it is unknown. */
  readonly caller: string;
  readonly callerAccount: string | undefined;
  readonly explicitDenyIn: string | undefined;
  readonly missingIn: string | undefined;
}

function readDenial(message: string, { source }: RoleAttempt): Denial {
  const arn = /\bUser: (arn:\S+)/.exec(message)?.[1];
  // The ARN of a session does not contain the role's path, but the chain knows it.
  const known = typeof source === "object" && "roleArn" in source ? source.roleArn : undefined;
  const caller = known ?? (arn === undefined ? "the caller" : principalOf(arn));
  return {
    action: /\bperform: (sts:\w+)/.exec(message)?.[1] ?? "sts:AssumeRole",
    caller,
    callerAccount: arn === undefined ? undefined : accountOf(arn),
    explicitDenyIn: /\bexplicit deny in (an? [\w -]*(?:policy|boundary))/.exec(message)?.[1],
    missingIn: /\bbecause no ([\w -]*?(?:policy|boundary)) allows/.exec(message)?.[1],
  };
}

/** Policies name the role, while messages name its session. */
function principalOf(arn: string): string {
  const [, partition, account, role] = /^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)/.exec(arn) ?? [];
  return role ? `arn:${partition}:iam::${account}:role/${role}` : arn;
}

function accountOf(arn: string): string | undefined {
  return arn.split(":")[4] || undefined;
}

function adviseOnWebIdentity({ arn }: RoleAttempt): string {
  const what = "The trust policy of the role does not allow this token";
  const how =
    "it must allow sts:AssumeRoleWithWebIdentity to the identity provider (Principal.Federated), and its conditions must match the token's aud and sub";
  return `${what}: ${how}. AWS gives the same answer for a role that does not exist in account ${accountOf(arn) ?? "that it names"}.`;
}

function adviseOnTags({ caller }: Denial, { arn }: RoleAttempt): string {
  const trust = `the trust policy of ${arn} must allow sts:TagSession and sts:AssumeRole`;
  return `The session tags are refused: ${trust}, and so must the permissions policy of ${caller} if it is in another account. Or leave sessionTags empty.`;
}

function adviseOnExternalId({ hasExternalId, hasTags }: RoleAttempt): string {
  const externalId = hasExternalId
    ? "Check that the external ID is the one that its condition on sts:ExternalId requires."
    : "If it has a condition on sts:ExternalId, enter that ID as external ID.";
  return hasTags ? `${externalId} With session tags, it must allow sts:TagSession too.` : externalId;
}
