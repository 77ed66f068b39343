import { type ByAwsCode, entryFor } from "../../errors/aws-codes.ts";
import { describeFileError } from "../../errors/file-hints.ts";
import { ConnectionError } from "../../http/connection-error.ts";
import { connectionHint } from "./connection-hints.ts";
import { IdentityError, NOT_S3, ServiceError, UnsupportedInputError } from "./errors.ts";

const CHECK_KEYS = "in the service connection (awsCredentials)";
const UNKNOWN_KEY = `Check the access key ID ${CHECK_KEYS}. This server does not know it. Temporary keys also need their session token.`;
const NOT_UNDERSTOOD = "This server does not support something in the request that Amazon S3 supports.";

/** What a request was about, and S3's answer. */
interface Failure {
  readonly bucket: string;
  readonly key: string | undefined;
  /** The IAM action that the request needs. */
  readonly action: string;
  /** The region that the server names as the right one. */
  readonly region: string | undefined;
  readonly serverMessage: string;
  /** The input of that name, if it is set. */
  readonly expectedBucketOwner: string | undefined;
}

/** What to do about an error that S3 names. */
const ADVICE: ByAwsCode<(failure: Failure) => string> = {
  NoSuchBucket: ({ bucket }) =>
    `Check bucketName: there is no bucket "${bucket}" in this store, or in this AWS account and region. Also check that awsCredentials is the right service connection.`,
  NoSuchKey: noSuchObject,
  NotFound: noSuchObject,
  AccessDenied: adviseOnPermission,
  AllAccessDisabled: () => "AWS has disabled the bucket. Its owner must contact AWS Support.",
  InvalidAccessKeyId: () => UNKNOWN_KEY,
  SignatureDoesNotMatch: () => `Check the secret access key ${CHECK_KEYS}. It does not belong to the access key ID.`,
  ExpiredToken: () =>
    `The session token ${CHECK_KEYS} has expired. Enter new keys, or use a service connection whose credentials the task can renew. If it is such a connection, new credentials were refused too: check the clock of the agent's machine.`,
  InvalidToken: () => `The session token ${CHECK_KEYS} does not belong to the access key ID.`,
  TokenRefreshRequired: () => `The session token ${CHECK_KEYS} must be renewed.`,
  RequestTimeTooSkewed: () =>
    "Set the clock of the agent's machine. It differs from the clock of the server by more than 15 minutes.",
  PermanentRedirect: wrongRegion,
  TemporaryRedirect: wrongRegion,
  AuthorizationHeaderMalformed: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  InvalidBucketName: () => "Check bucketName. It has 3 to 63 lower-case letters, digits, dots and hyphens.",
  BucketAlreadyExists: ({ bucket }) =>
    `Choose another bucketName: "${bucket}" belongs to another account. Bucket names are unique in all accounts.`,
  AccessControlListNotSupported: ({ bucket }) =>
    `Set filesAcl to none: the bucket "${bucket}" does not allow ACLs (Object Ownership). To make objects public, use a bucket policy.`,
  InvalidStorageClass: () => "Check storageClass. This store or this bucket does not have it.",
  InvalidTag: () =>
    "Check tags. An object has at most 10, with names of up to 128 and values of up to 256 characters: letters, digits, spaces and + - = . _ : / @.",
  MetadataTooLarge: () => "Check metadata. The names and values of one object may have 2 KB together.",
  BadRequest: ({ key }) =>
    key === undefined
      ? "S3 gives no reason. Check bucketName, regionName, and the session token of awsCredentials."
      : "If the object is encrypted with a customer-provided key (SSE-C), enter that key in customerKey. Otherwise leave customerKey empty.",
  InvalidObjectState: () =>
    "The object is archived. Restore it and run the step again, or exclude it with a pattern in globExpressions.",
  PreconditionFailed: () => "Another process changed the object during this step. Run the step again.",
  MethodNotAllowed: () =>
    "The store does not allow this request here. It may not support it, or the object is a delete marker.",
  "KMS.NotFoundException": ({ action }) =>
    isReading(action)
      ? "The KMS key of the object does not exist."
      : "Check kmsMasterKeyId, or the key that the bucket encrypts with by default: KMS has no such key in the region and account of the bucket. For a key of another account, enter its ARN.",
  "KMS.DisabledException": ({ action }) =>
    isReading(action)
      ? "Enable the KMS key of the object."
      : "Enable the KMS key, or enter another one in kmsMasterKeyId.",
  "KMS.KMSInvalidStateException": ({ action }) =>
    isReading(action)
      ? "The KMS key of the object cannot be used now. If its deletion is pending, cancel it in KMS."
      : "The KMS key cannot be used now. If its deletion is pending, cancel it in KMS, or enter another key in kmsMasterKeyId.",
  NoSuchUpload: () =>
    "Either the upload is complete and only the answer was lost, or another process aborted it. Allow s3:GetObject, so that the task can check which, or run the step again.",
  EntityTooLarge: () => "This store does not allow objects of that size.",
  QuotaExceeded: () => "The quota of the store is used up. Free some space, or ask its owner for more.",
  SlowDown: () => "The store still asked to slow down after ten attempts. Run the step again when there is less load.",
  InvalidRequest: () => NOT_UNDERSTOOD,
  NotImplemented: () => NOT_UNDERSTOOD,
  [NOT_S3]: () =>
    "The response is not from an S3 server. Check the server URL in the service connection, and any proxy or load balancer.",
};

/** Errors that affect every file of a step. Those of KMS are not among them: objects to be read may each have another key. */
const STEP_FATAL_CODES = new Set([
  "AccessControlListNotSupported",
  "AllAccessDisabled",
  "AuthorizationHeaderMalformed",
  "BucketAlreadyExists",
  "ExpiredToken",
  "IllegalLocationConstraintException",
  "InvalidAccessKeyId",
  "InvalidBucketName",
  "InvalidStorageClass",
  "InvalidTag",
  "InvalidToken",
  "NoSuchBucket",
  "PermanentRedirect",
  "QuotaExceeded",
  "RequestTimeTooSkewed",
  "SignatureDoesNotMatch",
  "TemporaryRedirect",
  "TokenRefreshRequired",
]);

/** Connection failures that may not happen again. The step gives up only after many of them in a row. */
const PASSING_CONNECTION_CODES = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED"]);

/** Whether the error ends the step, because every file would fail with it. */
export function isStepFatal(error: unknown): boolean {
  if (error instanceof IdentityError || error instanceof UnsupportedInputError) return true;
  if (error instanceof ConnectionError) return !PASSING_CONNECTION_CODES.has(error.systemCode);
  if (!(error instanceof ServiceError)) return false;
  const isForeign = error.awsCode === NOT_S3 && error.details.status < 500;
  return isForeign || STEP_FATAL_CODES.has(error.meaning);
}

/** Disk errors that affect every file: no space, or no right to write. */
const DISK_CODES = new Set(["ENOSPC", "EDQUOT", "EROFS", "EMFILE", "EIO"]);

/**
 * Whether the error may affect all files: after many in a row, the step gives up. Errors about one object (archived, or missing) or one
 * file do not count.
 */
export function mayConcernAll(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof ServiceError)) return DISK_CODES.has((error as NodeJS.ErrnoException).code ?? "");
  const { status } = error.details;
  return (
    status >= 500 || status === 429 || status === 401 || error.meaning === "AccessDenied" || error.awsCode === NOT_S3
  );
}

/**
 * Turns an error about a bucket or an object into sentences for the log: why, and what to do. They may contain text from outside, which
 * the log's writer escapes.
 *
 * @param action the IAM action that the request needed, for example `s3:GetObject`.
 */
export function describeFailure(error: unknown, bucket: string, key?: string, action = "s3:PutObject"): string {
  if (error instanceof ServiceError) {
    const { region, serverMessage, expectedBucketOwner } = error.details;
    const advice = entryFor(
      ADVICE,
      error.meaning,
    )?.({ bucket, key, action, region, serverMessage, expectedBucketOwner });
    return `${error.message}.${advice ? ` ${advice}` : ""}`;
  }
  if (error instanceof ConnectionError) {
    return `${error.message}. ${connectionHint(error, "the server URL of awsCredentials")}`;
  }
  if (error instanceof IdentityError || error instanceof UnsupportedInputError) return error.message;
  return describeFileError(error as Error);
}

/** Reading an object always uses the KMS key that it was stored with, not the one in the inputs. */
function isReading(action: string): boolean {
  return action === "s3:GetObject";
}

function wrongRegion({ bucket, region = "" }: Failure): string {
  // It comes from outside; only a valid region is shown.
  return /^[a-z0-9-]{1,40}$/i.test(region)
    ? `Set regionName (or the region of awsCredentials) to ${region}, where the bucket "${bucket}" is.`
    : `Set regionName (or the region of awsCredentials) to the region where the bucket "${bucket}" is.`;
}

function noSuchObject(): string {
  return "There is no such object. Check whether another process deletes objects there while the step runs.";
}

/** Actions that a policy allows on the bucket, not on its objects. Source: "Actions, resources, and condition keys for Amazon S3". */
const BUCKET_ACTIONS = new Set([
  "s3:CreateBucket",
  "s3:GetBucketLocation",
  "s3:GetBucketPolicy",
  "s3:GetBucketPublicAccessBlock",
  "s3:GetBucketWebsite",
  "s3:ListBucket",
  "s3:ListBucketMultipartUploads",
  "s3:ListBucketVersions",
  "s3:PutBucketPolicy",
  "s3:PutBucketPublicAccessBlock",
  "s3:PutBucketWebsite",
]);

function adviseOnPermission(failure: Failure): string {
  const { bucket, key, action: expected, serverMessage, expectedBucketOwner } = failure;
  // S3 calls KMS as the caller of S3, and says so if KMS refuses.
  const kmsAction = /\bkms:\w+/.exec(serverMessage)?.[0];
  if (kmsAction) {
    return `Allow the user or role behind awsCredentials the action ${kmsAction} for the KMS key, in its own policy and in the policy of the key. Uploads need kms:GenerateDataKey, uploads in parts and downloads kms:Decrypt.`;
  }
  if (/\bwith an explicit deny in a resource-based policy\b/.test(serverMessage)) {
    return `The policy of the bucket "${bucket}" denies this request. Check its Deny statements. They may require an encryption (set keyManagement) or https in the server URL.`;
  }
  // One request may need several actions, for example one for tags; S3 often says which one was refused.
  const action = /\bnot authorized to perform: (s3:\w+)/.exec(serverMessage)?.[1] ?? expected;
  const resource = BUCKET_ACTIONS.has(action) ? bucket : `${bucket}/${key ?? "*"}`;
  const allow = `Allow the user or role behind awsCredentials the action ${action} on arn:aws:s3:::${resource}, in its own policy and in the policy of the bucket.`;
  // S3 gives no reason if the bucket has another owner, but usually names a missing right.
  const isPerhapsOwner = expectedBucketOwner !== undefined && !/\bnot authorized to perform\b/.test(serverMessage);
  const advice = isPerhapsOwner
    ? `There are two possible causes. The bucket "${bucket}" does not belong to the account ${expectedBucketOwner}: check expectedBucketOwner. Or a permission is missing: ${allow}`
    : allow;
  // Source: "Permissions" of GetObject in the Amazon S3 API Reference.
  return action === "s3:GetObject"
    ? `${advice} Without s3:ListBucket, S3 gives the same answer for an object that does not exist.`
    : advice;
}
