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
      ? `The session of the role before it, ${source.roleArn}, has ended although it was just renewed: check the clock of the agent's machine.`
      : `The session token of the keys (${keysFrom(source)}) has expired: enter new ones, or use a connection that renews them.`,
  ExpiredTokenException: () =>
    "The pipeline's token had expired when AWS saw it: check the clock of the agent's machine, and run the step again.",
  InvalidIdentityToken: (_attempt, message) =>
    /No OpenIDConnect provider found/i.test(message)
      ? "Add an identity provider of type OpenID Connect in IAM, in the account of the role, whose URL is the issuer (iss) of the pipeline's token."
      : "AWS could not verify the pipeline's token: check that the identity provider in IAM has the token's issuer (iss) as URL and its audience (aud) among the audiences.",
  IDPRejectedClaim: () =>
    "The issuer of the pipeline's token says that the token is not valid, or not any more: run the step again.",
  IDPCommunicationError: () =>
    "AWS could not reach the issuer of the pipeline's token to verify it, after several tries: run the step again later.",
  InvalidClientTokenId: ({ source }) =>
    isRole(source)
      ? "AWS does not know the credentials of the role before in the chain: check that both roles are in the same partition and that this region is enabled in their accounts."
      : `Check the access key id (${keysFrom(source)}): AWS does not know it, it is switched off, its session token is not its own, or this region is not enabled in its account.`,
  SignatureDoesNotMatch: ({ source }) =>
    `Check the secret access key (${keysFrom(source)}): it is not the one that belongs to the access key id.`,
  ValidationError: adviseOnValidation,
  RegionDisabledException: ({ host }) =>
    `${host} is not active for the account of the role: activate the region's STS endpoint there (IAM, Account settings), or choose another region for the connection or the step.`,
  MalformedPolicyDocument: () =>
    "Check sessionPolicy: it has to be an IAM policy in JSON, of at most 2,048 characters.",
  PackedPolicyTooLarge: () =>
    "sessionPolicy and sessionTags are too large together: shorten the policy, or give fewer tags.",
  NotImplemented: notSts,
  MethodNotAllowed: notSts,
  [NOT_S3]: notSts,
  [NOT_STS]: notSts,
};

function isRole(source: RoleAttempt["source"]): source is { readonly roleArn: string } {
  return typeof source === "object" && "roleArn" in source;
}

function keysFrom(source: RoleAttempt["source"]): string {
  return typeof source === "object" && "keysFrom" in source ? source.keysFrom : "the role before in the chain";
}

/** Says what to do about a role that could not be assumed. */
export function roleRefusalHint(error: ServiceError | ConnectionError, attempt: RoleAttempt): string {
  if (error instanceof ConnectionError)
    return connectionHint(error, "the region and stsEndpoint of the service connection");
  if (isClockSkew(error)) {
    return "Set the clock of the agent's machine: it differs from that of AWS by more than 15 minutes.";
  }
  const { serverMessage } = error.details;
  return (
    entryFor(ADVICE, error.awsCode)?.(attempt, serverMessage) ??
    "Run the step again; if it stays, ask AWS with the request id."
  );
}

function adviseOnValidation({ arn, namedBy, durationSeconds }: RoleAttempt, message: string): string {
  if (/DurationSeconds exceeds the MaxSessionDuration/i.test(message)) {
    return `Ask for less than ${durationSeconds} s, as the session is renewed anyway, or raise the role's maximum session duration in IAM.`;
  }
  if (/durationSeconds/i.test(message))
    return "Check the duration: AWS takes 900 s to 43,200 s, and one hour in a chain of roles.";
  if (/externalId/i.test(message))
    return "Check the external id: 2 to 1,224 letters, digits and + = , . @ : / - characters.";
  if (/roleSessionName/i.test(message))
    return "Check the session name: 2 to 64 letters, digits and + = , . @ - _ characters.";
  if (/\btags?\b/i.test(message))
    return "Check sessionTags: at most 50, keys of up to 128 and values of up to 256 characters.";
  if (/\barn\b/i.test(message)) {
    return `Check ${namedBy}: "${arn}" is not the ARN of a role, as arn:aws:iam::123456789012:role/deploy.`;
  }
  return `Check ${namedBy} and what belongs to it.`;
}

function notSts({ host }: RoleAttempt): string {
  return `What answers at ${host} does not look like AWS STS: check stsEndpoint of the service connection, and what stands between.`;
}
