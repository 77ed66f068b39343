import { connectionHint } from "../../aws/errors/connection-hints.ts";
import { ServiceError, UNRECOGNIZED } from "../../aws/errors/errors.ts";
import { type ByAwsCode, entryFor } from "../../errors/aws-codes.ts";
import { ConnectionError } from "../../http/connection-error.ts";

/** The SDK's error for an answer. It has more fields than its type: if the SDK cannot parse the answer, it throws the parser's error. */
interface SdkError extends Error {
  readonly $fault?: "client" | "server";
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    /** The clock was wrong, and the SDK uses the server's from now on. */
    readonly clockSkewCorrected?: boolean;
  };
}

/** The SDK's name for an answer without an AWS error. */
const UNREAD_CODES = new Set(["Unknown", "UnknownError"]);

/** Converts a refusal to the type that the rest of the code uses; other errors are returned unchanged. */
export function asServiceError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { $metadata, $fault, name, message } = error as SdkError;
  if ($metadata?.httpStatusCode === undefined) return error;
  const isRead = $fault !== undefined && !UNREAD_CODES.has(name);
  return new ServiceError({
    status: $metadata.httpStatusCode,
    awsCode: $metadata.clockSkewCorrected ? "RequestTimeTooSkewed" : isRead ? name : UNRECOGNIZED,
    serverMessage: isRead ? message : "the answer is not from AWS",
    requestId: $metadata.requestId,
  });
}

/** What an operation was about. */
export interface Attempt {
  /** The IAM action that it needs, for example `cloudfront:GetDistribution`. */
  readonly action: string;
  /** The resource in AWS's terms: the id of a distribution or a hosted zone; absent for other operations. */
  readonly id?: string;
}

/** What to do about an error that CloudFront or Route 53 names. */
const ADVICE: ByAwsCode<(attempt: Attempt) => string> = {
  AccessDenied: adviseOnPermission,
  NoSuchDistribution: ({ id }) =>
    `Check cloudFrontDistributionId: the account of awsCredentials has no distribution "${id}". Enter the ID, for example E1A2B3C4D5E6F7, and not the domain name.`,
  NoSuchHostedZone: ({ id }) =>
    `Check hostedZoneId: the account of awsCredentials has no hosted zone "${id}". Leave it empty, and the task finds the zone by its name.`,
  InvalidChangeBatch: () =>
    "Another process may have changed the hosted zone. Check its records, and run the step again.",
  ConflictingDomainExists: () =>
    "There is another hosted zone of that name. Enter the ID of the one to use in hostedZoneId.",
  DelegationSetNotAvailable: () => "Run the step again later, or create the hosted zone in the console.",
  TooManyHostedZones: () => "Request a higher quota for hosted zones, or delete zones that are not used.",
  InvalidClientTokenId: () => "Check awsCredentials: AWS does not know its access key ID.",
  SignatureDoesNotMatch: () => "Check awsCredentials: the secret access key does not belong to the access key ID.",
  ExpiredToken: () =>
    "The session token of awsCredentials has expired. Enter new keys, or use a service connection whose credentials the task can renew.",
  Throttling: adviseOnThrottling,
  ThrottlingException: adviseOnThrottling,
  PriorRequestNotComplete: adviseOnThrottling,
  [UNRECOGNIZED]: () => "Check any proxy between this machine and AWS.",
};

/** Why an operation failed and what to do, in sentences for the log. They may hold text from outside. */
export function describeControlPlaneError(error: unknown, attempt: Attempt): string {
  if (error instanceof ServiceError) {
    const advice = entryFor(ADVICE, error.awsCode)?.(attempt);
    return `${error.message}.${advice ? ` ${advice}` : ""}`;
  }
  if (error instanceof ConnectionError) return `${error.message}. ${connectionHint(error, "this machine's network")}`;
  // Messages about identities are complete sentences.
  return (error as Error).message.replace(/\.?$/, ".");
}

function adviseOnPermission({ action, id }: Attempt): string {
  const resource = id === undefined ? "" : ` on ${resourceOf(action, id)}`;
  return `Allow the user or role behind awsCredentials the action ${action}${resource}.`;
}

/** How policies name resources without a region. Source: the tables of actions and resources in the Service Authorization Reference. */
function resourceOf(action: string, id: string): string {
  return action.startsWith("cloudfront:") ? `the distribution ${id}` : `arn:aws:route53:::hostedzone/${id}`;
}

function adviseOnThrottling(): string {
  return "AWS still asked to slow down after ten attempts. Run the step again when there is less activity in this account.";
}
