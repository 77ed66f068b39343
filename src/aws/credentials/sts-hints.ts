import { type ByAwsCode, entryFor } from "../../errors/aws-codes.ts";
import { ConnectionError } from "../../http/connection-error.ts";
import { connectionHint } from "../errors/connection-hints.ts";
import { NOT_S3, type ServiceError } from "../errors/errors.ts";
import type { RoleAttempt } from "./role-attempt.ts";
import { isClockSkew, NOT_STS } from "./sts.ts";
import { roleDenialHint } from "./sts-denial.ts";

/** What to do about an error that STS names. Source: "Errors" of AssumeRole and AssumeRoleWithWebIdentity, AWS STS API Reference. */
const ADVICE: ByAwsCode<(attempt: RoleAttempt, serverMessage: string) => string> = {
  AccessDenied: roleDenialHint,
  ExpiredToken: ({ source }) =>
    isRole(source)
      ? `The session of the role before it, ${source.roleArn}, has ended, although it was just renewed. Check the clock of the agent's machine.`
      : `The session token of the keys (${keysFrom(source)}) has expired. Enter new keys, or use a service connection whose credentials the task can renew.`,
  ExpiredTokenException: () =>
    "The pipeline's token had expired when AWS received it. Check the clock of the agent's machine, and run the step again.",
  InvalidIdentityToken: (_attempt, message) =>
    /No OpenIDConnect provider found/i.test(message)
      ? "Add an identity provider of type OpenID Connect in IAM, in the account of the role, whose URL is the issuer (iss) of the pipeline's token."
      : "AWS could not verify the pipeline's token. Check that the identity provider in IAM has the token's issuer (iss) as URL and its audience (aud) among the audiences.",
  IDPRejectedClaim: () => "The issuer of the pipeline's token says that the token is not valid. Run the step again.",
  IDPCommunicationError: () =>
    "AWS could not reach the issuer of the pipeline's token after several attempts. Run the step again later.",
  InvalidClientTokenId: ({ source }) =>
    isRole(source)
      ? "AWS does not know the credentials of the previous role. Check that both roles are in the same partition, and that this region is enabled in their accounts."
      : `Check the access key ID (${keysFrom(source)}). AWS does not know it, it is disabled, it has another session token, or this region is not enabled in its account.`,
  SignatureDoesNotMatch: ({ source }) =>
    `Check the secret access key (${keysFrom(source)}). It does not belong to the access key ID.`,
  ValidationError: adviseOnValidation,
  RegionDisabledException: ({ host }) =>
    `${host} is not active for the account of the role. Activate the STS endpoint of the region there (IAM, Account settings), or use another region.`,
  MalformedPolicyDocument: () => "Check sessionPolicy. It must be an IAM policy in JSON with at most 2,048 characters.",
  PackedPolicyTooLarge: () =>
    "sessionPolicy and sessionTags are too large together. Shorten the policy, or use fewer tags.",
  NotImplemented: notSts,
  MethodNotAllowed: notSts,
  [NOT_S3]: notSts,
  [NOT_STS]: notSts,
};

function isRole(source: RoleAttempt["source"]): source is { readonly roleArn: string } {
  return typeof source === "object" && "roleArn" in source;
}

function keysFrom(source: RoleAttempt["source"]): string {
  return typeof source === "object" && "keysFrom" in source ? source.keysFrom : "the previous role";
}

/** Says what to do about a role that could not be assumed. */
export function roleRefusalHint(error: ServiceError | ConnectionError, attempt: RoleAttempt): string {
  if (error instanceof ConnectionError)
    return connectionHint(error, "the region and stsEndpoint of the service connection");
  if (isClockSkew(error)) {
    return "Set the clock of the agent's machine. It differs from the clock of AWS by more than 15 minutes.";
  }
  const { serverMessage } = error.details;
  return (
    entryFor(ADVICE, error.awsCode)?.(attempt, serverMessage) ??
    "Run the step again. If it happens again, ask AWS Support with the request ID."
  );
}

function adviseOnValidation({ arn, namedBy, durationSeconds }: RoleAttempt, message: string): string {
  if (/DurationSeconds exceeds the MaxSessionDuration/i.test(message)) {
    return `Enter less than ${durationSeconds} s (the task renews the session anyway), or increase the role's maximum session duration in IAM.`;
  }
  if (/durationSeconds/i.test(message))
    return "Check the duration. AWS allows 900 to 43,200 s, and one hour for a role that is assumed from another role.";
  if (/externalId/i.test(message))
    return "Check the external ID: 2 to 1,224 letters, digits and _ + = , . @ : / - characters.";
  if (/roleSessionName/i.test(message))
    return "Check the session name: 2 to 64 letters, digits and + = , . @ - _ characters.";
  if (/\btags?\b/i.test(message))
    return "Check sessionTags: at most 50, keys of up to 128 and values of up to 256 characters.";
  if (/\barn\b/i.test(message)) {
    return `Check ${namedBy}: "${arn}" is not the ARN of a role. Enter one, for example arn:aws:iam::123456789012:role/deploy.`;
  }
  return `Check ${namedBy}, and its external ID, session name and duration.`;
}

function notSts({ host }: RoleAttempt): string {
  return `The response from ${host} is not from AWS STS. Check the STS endpoint in the service connection, and any proxy or load balancer.`;
}
