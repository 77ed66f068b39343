import type { ErrorCode } from "./error-codes.ts";

/** By the codes of AWS's services and other stores, and the task's own `NotS3`, `NotSTS` and `Unrecognized`. */
const CODES = {
  AccessControlListNotSupported: "canned-acl-not-supported",
  AccessDenied: "access-denied",
  AllAccessDisabled: "bucket-disabled",
  AuthorizationHeaderMalformed: "region-wrong",
  BadRequest: "request-invalid",
  BucketAlreadyExists: "bucket-name-taken",
  ConflictingDomainExists: "hosted-zone-not-created",
  DelegationSetNotAvailable: "hosted-zone-not-created",
  EntityTooLarge: "object-too-large",
  ExpiredToken: "session-token-expired",
  ExpiredTokenException: "identity-token-expired",
  IDPCommunicationError: "identity-provider-not-reached",
  IDPRejectedClaim: "identity-token-refused",
  IllegalLocationConstraintException: "region-wrong",
  InvalidAccessKeyId: "access-key-not-found",
  InvalidBucketName: "bucket-name-invalid",
  InvalidChangeBatch: "dns-change-refused",
  InvalidClientTokenId: "access-key-not-found",
  InvalidIdentityToken: "identity-token-refused",
  InvalidObjectState: "object-archived",
  InvalidRequest: "request-invalid",
  InvalidStorageClass: "storage-class-invalid",
  InvalidTag: "tag-invalid",
  InvalidToken: "session-token-invalid",
  "KMS.DisabledException": "kms-key-disabled",
  "KMS.KMSInvalidStateException": "kms-key-unusable",
  "KMS.NotFoundException": "kms-key-not-found",
  MalformedPolicyDocument: "session-policy-invalid",
  MetadataTooLarge: "metadata-too-large",
  MethodNotAllowed: "method-not-allowed",
  NoSuchBucket: "bucket-not-found",
  NoSuchDistribution: "distribution-not-found",
  NoSuchHostedZone: "hosted-zone-not-found",
  NoSuchKey: "object-not-found",
  NoSuchUpload: "upload-not-found",
  NotFound: "object-not-found",
  NotImplemented: "request-invalid",
  NotS3: "response-not-recognized",
  NotSTS: "response-not-recognized",
  PackedPolicyTooLarge: "session-policy-too-large",
  PermanentRedirect: "region-wrong",
  PreconditionFailed: "object-changed",
  PriorRequestNotComplete: "slow-down",
  QuotaExceeded: "quota-exceeded",
  RegionDisabledException: "region-disabled",
  RequestTimeTooSkewed: "clock-wrong",
  SignatureDoesNotMatch: "secret-key-wrong",
  SlowDown: "slow-down",
  TemporaryRedirect: "region-wrong",
  Throttling: "slow-down",
  ThrottlingException: "slow-down",
  TokenRefreshRequired: "session-token-expired",
  TooManyHostedZones: "quota-exceeded",
  TooManyRequestsException: "slow-down",
  Unrecognized: "response-not-recognized",
  ValidationError: "role-settings-invalid",
} as const satisfies Readonly<Record<string, ErrorCode>>;

/** A code of a service for which the task has a code of its own. */
export type KnownAwsCode = keyof typeof CODES;

/** A table of hints, for example. What has a hint must have a code too. */
export type ByAwsCode<T> = Readonly<Partial<Record<KnownAwsCode, T>>>;

/** @param awsCode comes from the server, and may be any text, `constructor` too. */
export function entryFor<T>(table: ByAwsCode<T>, awsCode: string): T | undefined {
  return Object.hasOwn(table, awsCode) ? table[awsCode as KnownAwsCode] : undefined;
}

/**
 * The code of a refusal.
 *
 * @param awsCode the service's own, for example `NoSuchBucket`.
 * @param status of the answer.
 */
export function awsErrorCode(awsCode: string, status: number): ErrorCode {
  return entryFor<ErrorCode>(CODES, awsCode) ?? (status >= 500 ? "server-error" : "request-refused");
}
