import type { Connection } from "../../agent/connection/connection.ts";
import { problemOfExternalId, problemOfRoleArn, ROLE_DURATION_SECONDS } from "../../agent/connection/role-fields.ts";
import type { InputReader } from "../../agent/inputs.ts";
import { currentRun } from "../../agent/pipeline-run.ts";
import type { RoleHop } from "../../aws/credentials/role-chain.ts";
import { sessionName } from "../../aws/credentials/session-name.ts";
import { parseSessionPolicy } from "./session-policy.ts";
import { parseSessionTags } from "./session-tags.ts";

/** The role settings in the task's own inputs. */
interface RoleInputs {
  /** Of the roles, in the order in which they are assumed. */
  readonly arns: readonly { readonly arn: string; readonly line: number }[];
  readonly externalId: string;
  readonly sessionTags: ReadonlyMap<string, string> | undefined;
  readonly sessionPolicy: string | undefined;
  readonly durationSeconds: number | undefined;
}

/**
 * Reads the roles that the step assumes one after the other: the connection's, then those of `assumeRole`. External id and tags are used
 * for roles that are assumed with signed requests, so not with the pipeline's token; policy and duration for the last role, whose session
 * the step uses. A setting without effect is a problem, unless it may be a leftover.
 */
export function readRoles(reader: InputReader, connection: Connection | undefined): readonly RoleHop[] {
  const inputs = readRoleInputs(reader, !connection || connection.roleAuthority === "aws");
  if (!connection) return [];
  const { role, identity } = connection;
  checkUse(reader, connection, inputs);
  const name = role.sessionName ?? sessionName(currentRun());
  const ofConnection = role.arn ? [connectionHop(role.arn, connection, inputs, name)] : [];
  const ownExternalId = inputs.externalId || (identity.kind === "oidc" || !role.arn ? role.externalId : undefined);
  const ofTask = inputs.arns.map(
    ({ arn, line }): RoleHop => ({
      arn,
      sessionName: name,
      namedBy: inputs.arns.length > 1 ? `assumeRole, line ${line}` : "assumeRole",
      ...(ownExternalId ? { externalId: ownExternalId } : {}),
      ...(inputs.sessionTags ? { sessionTags: inputs.sessionTags } : {}),
    }),
  );
  return withLast([...ofConnection, ...ofTask], {
    ...(inputs.sessionPolicy ? { sessionPolicy: inputs.sessionPolicy } : {}),
    ...(inputs.durationSeconds ? { durationSeconds: inputs.durationSeconds } : {}),
  });
}

function connectionHop(
  arn: string,
  { role, identity, description }: Connection,
  inputs: RoleInputs,
  name: string,
): RoleHop {
  const bySignature = identity.kind !== "oidc";
  return {
    arn,
    sessionName: name,
    namedBy: `the role of ${description}`,
    ...(role.durationSeconds ? { durationSeconds: role.durationSeconds } : {}),
    ...(bySignature && role.externalId ? { externalId: role.externalId } : {}),
    ...(bySignature && inputs.sessionTags && inputs.arns.length === 0 ? { sessionTags: inputs.sessionTags } : {}),
  };
}

function withLast(hops: readonly RoleHop[], settings: Partial<RoleHop>): readonly RoleHop[] {
  return hops.map((hop, index) => (index === hops.length - 1 ? { ...hop, ...settings } : hop));
}

function readRoleInputs(reader: InputReader, isAmazon: boolean): RoleInputs {
  const arns = reader
    .lines("assumeRole")
    .map((text, index) => ({ arn: text.trim(), line: index + 1 }))
    .filter(({ arn }) => arn !== "");
  for (const { arn, line } of arns) {
    const problem = problemOfRoleArn(arn, isAmazon);
    if (!problem) continue;
    const { code, message } = problem;
    reader.problem("assumeRole", code, arns.length > 1 ? `line ${line}: ${message}` : message);
  }
  const externalId = reader.text("assumeRoleExternalId");
  const externalIdProblem = externalId ? problemOfExternalId(externalId) : undefined;
  if (externalIdProblem) {
    reader.problem("assumeRoleExternalId", externalIdProblem.code, externalIdProblem.message);
  }
  const sessionTags = reader.check("sessionTags", () => parseSessionTags(reader.value("sessionTags")), undefined);
  const sessionPolicy = reader.check(
    "sessionPolicy",
    () => parseSessionPolicy(reader.value("sessionPolicy")),
    undefined,
  );
  const durationSeconds = reader.wholeNumber(
    "roleDurationSeconds",
    { ...ROLE_DURATION_SECONDS, unit: "seconds" },
    "the service connection's, or an hour",
  );
  return { arns, externalId, sessionTags, sessionPolicy, durationSeconds };
}

/** A setting that no role uses. */
interface UselessSetting {
  readonly input: string;
  /** Whether it is set without effect. */
  readonly applies: boolean;
  readonly message: string;
}

/** Reports settings without effect, because the user relies on them. */
function checkUse(reader: InputReader, connection: Connection, inputs: RoleInputs): void {
  for (const { input, applies, message } of uselessSettings(connection, inputs)) {
    if (applies) reader.problem(input, "input-without-effect", message);
  }
}

function uselessSettings(connection: Connection, inputs: RoleInputs): readonly UselessSetting[] {
  const { role, input, description } = connection;
  const hasOwnRole = inputs.arns.length > 0;
  const hasRole = hasOwnRole || role.arn !== undefined;
  const isByToken = connection.identity.kind === "oidc";
  const isMeant = !connection.mayHaveLeftovers;
  const noRole = `there is no role, neither in ${description} nor in assumeRole`;
  const tokenOnly = `the role of ${description} is assumed with the pipeline's own token, and then STS accepts`;
  const whyNoExternalId = isByToken ? `${tokenOnly} no external ID` : hasOwnRole ? "assumeRole has its own" : noRole;
  return [
    {
      input: "assumeRoleExternalId",
      applies: inputs.externalId !== "" && !hasOwnRole,
      message:
        "it is for the role in assumeRole, which is empty. Enter that role, or leave assumeRoleExternalId empty. The external ID for the role of the service connection belongs in the service connection.",
    },
    {
      input: "sessionTags",
      applies: inputs.sessionTags !== undefined && !hasRole,
      message: `they have no effect: ${noRole}. Enter a role, or remove the tags.`,
    },
    {
      input: "sessionTags",
      applies: inputs.sessionTags !== undefined && hasRole && isByToken && !hasOwnRole,
      message: `${tokenOnly} no tags. Enter a second role in assumeRole, or remove the tags.`,
    },
    {
      input: "sessionPolicy",
      applies: inputs.sessionPolicy !== undefined && !hasRole,
      message: `it has no effect: ${noRole}. Enter a role, or remove the policy.`,
    },
    {
      input: "roleDurationSeconds",
      applies: inputs.durationSeconds !== undefined && !hasRole,
      message: `it has no effect: ${noRole}. Enter a role, or remove the duration.`,
    },
    {
      input,
      applies: isMeant && role.externalId !== undefined && !takesExternalId(connection, inputs),
      message: `its external ID has no effect: ${whyNoExternalId}. Remove it, or enter a role in assumeRole.`,
    },
    {
      input,
      applies: isMeant && role.sessionName !== undefined && !hasRole,
      message: `its session name has no effect: ${noRole}. Remove it, or enter a role.`,
    },
  ];
}

/** Whether the connection's external id is sent with any role. */
function takesExternalId({ role, identity }: Connection, { arns, externalId }: RoleInputs): boolean {
  return (role.arn !== undefined && identity.kind !== "oidc") || (arns.length > 0 && externalId === "");
}
