import type { Connection, ConnectionRole } from "../../agent/connection/connection.ts";
import { problemOfExternalId, problemOfRoleArn, ROLE_DURATION_SECONDS } from "../../agent/connection/role-fields.ts";
import type { InputReader } from "../../agent/inputs.ts";
import { currentRun } from "../../agent/pipeline-run.ts";
import type { RoleHop } from "../../aws/credentials/role-chain.ts";
import { sessionName } from "../../aws/credentials/session-name.ts";
import { parseSessionPolicy } from "./session-policy.ts";
import { parseSessionTags } from "./session-tags.ts";

/** What the task's own inputs say of roles. */
interface RoleInputs {
  /** Of the roles, in the order in which they are assumed. */
  readonly arns: readonly { readonly arn: string; readonly line: number }[];
  readonly externalId: string;
  readonly sessionTags: ReadonlyMap<string, string> | undefined;
  readonly sessionPolicy: string | undefined;
  readonly durationSeconds: number | undefined;
}

/**
 * Reads which roles the step takes, one from the other: the connection's, then those of `assumeRole`.
 *
 * Each setting goes where it can have an effect: an external id and tags to roles that are assumed by signed requests, which leaves out
 * one that is assumed by the pipeline's token; the policy and the duration to the last role, whose session the step uses. A setting that
 * would have none is a problem, unless it may be a leftover.
 */
export function readRoles(reader: InputReader, connection: Connection | undefined): readonly RoleHop[] {
  const inputs = readRoleInputs(reader, !connection || connection.roleAuthority === "aws");
  if (!connection) return [];
  const { role, identity } = connection;
  const hasRole = role.arn !== undefined || inputs.arns.length > 0;
  const byToken = identity.kind === "oidc";
  checkUse(reader, connection, inputs, hasRole);
  const name = role.sessionName ?? sessionName(currentRun());
  const ofConnection = role.arn ? [connectionHop(role.arn, connection, inputs, name)] : [];
  const ownExternalId = inputs.externalId || (byToken || !role.arn ? role.externalId : undefined);
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

/** Tells of what would have no effect: who has set it relies on it. */
function checkUse(
  reader: InputReader,
  { role, identity, input, description, mayHaveLeftovers }: Connection,
  inputs: RoleInputs,
  hasRole: boolean,
): void {
  const noRole = `there is no role, neither in ${description} nor in assumeRole`;
  const tokenOnly = `the role of ${description} is assumed by the pipeline's own token, with which STS takes`;
  if (inputs.externalId && inputs.arns.length === 0) {
    const advice = "Enter a role in assumeRole, or leave it empty; for the connection's own role it belongs there.";
    reader.problem(
      "assumeRoleExternalId",
      "input-without-effect",
      `it has no effect while assumeRole is empty. ${advice}`,
    );
  }
  if (inputs.sessionTags && !hasRole) {
    reader.problem("sessionTags", "input-without-effect", `they have no effect: ${noRole}. Enter a role, or no tags.`);
  } else if (inputs.sessionTags && identity.kind === "oidc" && inputs.arns.length === 0) {
    reader.problem(
      "sessionTags",
      "input-without-effect",
      `${tokenOnly} no tags. Enter a second role in assumeRole, or no tags.`,
    );
  }
  if (inputs.sessionPolicy && !hasRole) {
    reader.problem("sessionPolicy", "input-without-effect", `it has no effect: ${noRole}. Enter a role, or no policy.`);
  }
  if (inputs.durationSeconds && !hasRole) {
    reader.problem(
      "roleDurationSeconds",
      "input-without-effect",
      `it has no effect: ${noRole}. Enter a role, or no duration.`,
    );
  }
  if (mayHaveLeftovers) return;
  if (role.externalId && !reachesRole(role, identity.kind === "oidc", inputs)) {
    const why =
      identity.kind === "oidc"
        ? `${tokenOnly} no external id`
        : inputs.arns.length > 0
          ? "assumeRole has its own"
          : noRole;
    reader.problem(
      input,
      "input-without-effect",
      `its external id has no effect: ${why}. Take it out, or enter a role in assumeRole.`,
    );
  }
  if (role.sessionName && !hasRole) {
    reader.problem(
      input,
      "input-without-effect",
      `its session name has no effect: ${noRole}. Take it out, or enter a role.`,
    );
  }
}

/** Whether the connection's external id is sent with any role. */
function reachesRole(role: ConnectionRole, byToken: boolean, { arns, externalId }: RoleInputs): boolean {
  return (role.arn !== undefined && !byToken) || (arns.length > 0 && externalId === "");
}
