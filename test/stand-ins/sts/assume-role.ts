import { notAuthorized, StsError } from "./errors.ts";
import { type OpenedSession, openSession } from "./open-session.ts";
import { type Form, readExternalId, readSessionParameters, readTags, readTransitiveKeys } from "./parameters.ts";
import { accountOf, type Role, type StsState } from "./server-state.ts";
import type { Principal } from "./sessions.ts";
import { askTrustPolicy, like } from "./trust-policy.ts";

/**
 * AssumeRole, by whoever signed it.
 * Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * @throws StsError
 */
export function assumeRole(form: Form, caller: Principal, state: StsState): OpenedSession {
  const parameters = readSessionParameters(form);
  const externalId = readExternalId(form);
  const tags = readTags(form);
  const transitiveKeys = readTransitiveKeys(form);
  const role = state.roles.get(parameters.roleArn);
  const context = new Map<string, readonly string[]>([
    ["sts:RoleSessionName", [parameters.sessionName]],
    ["aws:PrincipalArn", [caller.roleArn ?? caller.arn]],
    ["aws:TagKeys", [...tags.keys()]],
    ...[...tags].map(([key, value]) => [`aws:RequestTag/${key}`, [value]] as const),
    ...[...caller.tags].map(([key, value]) => [`aws:PrincipalTag/${key}`, [value]] as const),
    ...(externalId === undefined ? [] : [["sts:ExternalId", [externalId]] as const]),
  ]);
  const question: Question = { role, roleArn: parameters.roleArn, caller, context, state };
  checkAllowed("sts:AssumeRole", question);
  if (tags.size > 0 || transitiveKeys.size > 0) checkAllowed("sts:TagSession", question);
  checkTransitive(tags, caller);
  if (caller.roleArn !== undefined && parameters.durationSeconds > 3600) {
    const why = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
    throw new StsError("ValidationError", why);
  }
  return openSession(state, role as Role, parameters, {
    tags: new Map([...inherited(caller), ...tags]),
    transitiveKeys: new Set([...caller.transitiveKeys, ...transitiveKeys]),
  });
}

interface Question {
  readonly role: Role | undefined;
  readonly roleArn: string;
  readonly caller: Principal;
  readonly context: ReadonlyMap<string, readonly string[]>;
  readonly state: StsState;
}

/** Both sides have to allow it; within an account a trust policy that names the caller is enough. */
function checkAllowed(action: string, { role, roleArn, caller, context, state }: Question): void {
  const refuse = (reason: string) => notAuthorized(caller.arn, action, roleArn, state.namesPolicies ? reason : "");
  const identity = caller.roleArn ?? caller.arn;
  const account = accountOf(caller.arn);
  const names = [caller.arn, identity];
  const trust =
    role === undefined ? "unmentioned" : askTrustPolicy(role.trustPolicy, { action, names, account, context });
  if (trust === "denied") throw refuse("with an explicit deny in a resource-based policy");
  if (trust === "unmentioned") throw refuse(`because no resource-based policy allows the ${action} action`);
  if (trust === "allowed" && account === accountOf(roleArn)) return;
  const { mayAssume = ["*"] } = state.roles.get(identity) ?? state.users.get(identity) ?? {};
  if (mayAssume.some((pattern) => like(roleArn, pattern))) return;
  throw refuse(`because no identity-based policy allows the ${action} action`);
}

function inherited({ tags, transitiveKeys }: Principal): (readonly [string, string])[] {
  return [...tags].filter(([key]) => transitiveKeys.has(key));
}

function checkTransitive(tags: ReadonlyMap<string, string>, { transitiveKeys }: Principal): void {
  if (![...tags.keys()].some((key) => transitiveKeys.has(key))) return;
  const why =
    "One of the specified tag keys can't be set because it conflicts with a transitive tag key from the calling session.";
  throw new StsError("InvalidParameterValue", why);
}
