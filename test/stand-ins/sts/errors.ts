/**
 * STS's error codes with their HTTP status.
 * Source: "Common errors" and the errors of each action, https://docs.aws.amazon.com/STS/latest/APIReference/
 */
const statuses = {
  AccessDenied: 403,
  ExpiredToken: 403,
  ExpiredTokenException: 400,
  IDPCommunicationError: 400,
  IDPRejectedClaim: 403,
  IncompleteSignature: 400,
  InternalFailure: 500,
  InvalidAction: 400,
  InvalidClientTokenId: 403,
  InvalidIdentityToken: 400,
  InvalidParameterValue: 400,
  MalformedPolicyDocument: 400,
  MissingAuthenticationToken: 403,
  PackedPolicyTooLarge: 400,
  RegionDisabledException: 403,
  SignatureDoesNotMatch: 403,
  ValidationError: 400,
} as const satisfies Record<string, number>;

export type StsErrorCode = keyof typeof statuses;

/** An error that the client is told about, as STS tells it. */
export class StsError extends Error {
  readonly code: StsErrorCode;
  readonly status: number;

  constructor(code: StsErrorCode, message: string) {
    super(message);
    this.code = code;
    this.status = statuses[code];
  }
}

/** A parameter that does not fit the API's model. */
export function invalidParameter(name: string, value: string, constraint: string): StsError {
  const where = `Value '${value}' at '${name}' failed to satisfy constraint`;
  return new StsError("ValidationError", `1 validation error detected: ${where}: Member must ${constraint}`);
}

/** Nobody allows a caller what it asks. */
export function notAuthorized(callerArn: string, action: string, roleArn: string, reason = ""): StsError {
  const what = `User: ${callerArn} is not authorized to perform: ${action} on resource: ${roleArn}`;
  return new StsError("AccessDenied", reason === "" ? what : `${what} ${reason}`);
}
