import { StsError } from "./errors.ts";
import type { SessionParameters } from "./parameters.ts";
import { accountOf, type Role, type StsState } from "./server-state.ts";
import type { Principal, SessionTable } from "./sessions.ts";

/** A session, and what STS says of it. */
export interface OpenedSession {
  readonly credential: ReturnType<SessionTable["open"]>;
  readonly expiresAt: Date;
  readonly arn: string;
  /** The role's id and the session's name. */
  readonly roleId: string;
}

/**
 * Opens a session of a role that may be assumed.
 * @throws StsError ValidationError for longer than the role allows
 */
export function openSession(
  state: StsState,
  role: Role,
  { sessionName, durationSeconds }: SessionParameters,
  { tags, transitiveKeys }: Pick<Principal, "tags" | "transitiveKeys">,
): OpenedSession {
  if (durationSeconds > (role.maxSessionSeconds ?? 3600)) {
    const why = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    throw new StsError("ValidationError", why);
  }
  const [, partition] = role.arn.split(":");
  // Paths of a role do not show in its sessions.
  const name = role.arn.split("/").at(-1);
  const arn = `arn:${partition}:sts::${accountOf(role.arn)}:assumed-role/${name}/${sessionName}`;
  const endMs = state.now().getTime() + (state.sessionSeconds ?? durationSeconds) * 1000;
  // In whole seconds, as it is told.
  const expiresAt = new Date(Math.ceil(endMs / 1000) * 1000);
  const credential = state.sessions.open({ arn, roleArn: role.arn, tags, transitiveKeys }, expiresAt);
  return { credential, expiresAt, arn, roleId: `AROAEXAMPLE${name}:${sessionName}` };
}
