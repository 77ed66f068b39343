import { ConnectionError } from "../../http/connection-error.ts";
import { IdentityError, ServiceError } from "../errors/errors.ts";
import type { RoleAttempt } from "./role-attempt.ts";
import { roleRefusalHint } from "./sts-hints.ts";

/** A role could not be assumed. The message is whole sentences: which role and what named it, why, and what to do. */
export class RoleError extends IdentityError {
  readonly roleArn: string;
  /** Whether a token of the pipeline was to be exchanged for the role. */
  readonly byWebIdentity: boolean;
  /** STS's code, as `AccessDenied`; undefined where STS did not answer. */
  readonly code: string | undefined;

  constructor(attempt: RoleAttempt, cause: ServiceError | ConnectionError) {
    const what = `The role ${attempt.arn} (${attempt.namedBy}) could not be assumed`;
    super(`${what}: ${cause.message}. ${roleRefusalHint(cause, attempt)}`, { cause });
    this.roleArn = attempt.arn;
    this.byWebIdentity = attempt.source === "web-identity";
    this.code = cause instanceof ServiceError ? cause.code : undefined;
  }
}

/** What is told of a role that could not be assumed: a {@link RoleError} where STS or the way to it is the reason. */
export function asRoleError(error: unknown, attempt: RoleAttempt): unknown {
  const isFromSts = error instanceof ServiceError || error instanceof ConnectionError;
  return isFromSts ? new RoleError(attempt, error) : error;
}
