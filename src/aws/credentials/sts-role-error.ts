import type { ErrorCode } from "../../errors/error-codes.ts";
import { ConnectionError } from "../../http/connection-error.ts";
import { IdentityError, ServiceError } from "../errors/errors.ts";
import type { RoleAttempt } from "./role-attempt.ts";
import { isClockSkew } from "./sts.ts";
import { roleRefusalHint } from "./sts-hints.ts";

/** A role could not be assumed. The message is whole sentences: which role and what named it, why, and what to do. */
export class RoleError extends IdentityError {
  override readonly name: string = "RoleError";
  readonly roleArn: string;
  /** Whether the role was requested with a token of the pipeline. */
  readonly byWebIdentity: boolean;
  /** The code from STS, for example `AccessDenied`; undefined if STS did not answer. */
  readonly awsCode: string | undefined;

  constructor(attempt: RoleAttempt, cause: ServiceError | ConnectionError) {
    const what = `The role ${attempt.arn} (${attempt.namedBy}) could not be assumed`;
    super(roleErrorCode(cause), `${what}: ${cause.message}. ${roleRefusalHint(cause, attempt)}`, { cause });
    this.roleArn = attempt.arn;
    this.byWebIdentity = attempt.source === "web-identity";
    this.awsCode = cause instanceof ServiceError ? cause.awsCode : undefined;
  }
}

/** From STS, a denial concerns the role; a server that does not know the request is not STS. */
function roleErrorCode(cause: ServiceError | ConnectionError): ErrorCode {
  if (isClockSkew(cause)) return "clock-wrong";
  if (cause.code === "access-denied") return "role-access-denied";
  return cause.code === "request-invalid" || cause.code === "method-not-allowed"
    ? "response-not-recognized"
    : cause.code;
}

/** The error for a role that could not be assumed: a {@link RoleError} if STS or the connection to it is the cause. */
export function asRoleError(error: unknown, attempt: RoleAttempt): unknown {
  const isFromSts = error instanceof ServiceError || error instanceof ConnectionError;
  return isFromSts ? new RoleError(attempt, error) : error;
}
