import { type ByAwsCode, entryFor } from "../../errors/aws-codes.ts";
import { ConnectionError } from "../../http/connection-error.ts";
import { connectionHint } from "./connection-hints.ts";
import { IdentityError, NOT_S3, ServiceError, UnsupportedInputError } from "./errors.ts";

const CHECK_KEYS = "in the service connection (awsCredentials)";
const UNKNOWN_KEY = `Check the access key id ${CHECK_KEYS}: this store does not know it, or no longer. Temporary keys also need their session token.`;
const NOT_UNDERSTOOD = "This store does not understand something in the request that Amazon S3 understands.";

/** What a request was about, and what S3 said of it. */
interface Failure {
  readonly bucket: string;
  readonly key: string | undefined;
  /** The IAM action that the request needs. */
  readonly action: string;
  /** The region that the server names as the right one. */
  readonly region: string | undefined;
  readonly serverMessage: string;
}

/** What to do about an error that S3 names. */
const ADVICE: ByAwsCode<(failure: Failure) => string> = {
  NoSuchBucket: ({ bucket }) =>
    `Check bucketName: this store, or this AWS account and region, has no bucket "${bucket}"; and check that awsCredentials is the connection you mean.`,
  NoSuchKey: noSuchObject,
  NotFound: noSuchObject,
  AccessDenied: adviseOnPermission,
  AllAccessDisabled: () => "The bucket is disabled; its owner has to ask AWS.",
  InvalidAccessKeyId: () => UNKNOWN_KEY,
  // versitygw's name for it.
  XAdminUserNotFound: () => UNKNOWN_KEY,
  SignatureDoesNotMatch: () =>
    `Check the secret access key ${CHECK_KEYS}: it is not the one that belongs to the access key id.`,
  ExpiredToken: () =>
    `The session token ${CHECK_KEYS} has expired: enter new keys, or use a connection that renews them. Where it is one that does, new credentials were refused as well: check the clock of the agent's machine.`,
  InvalidToken: () => `The session token ${CHECK_KEYS} does not belong to the access key id.`,
  TokenRefreshRequired: () => `The session token ${CHECK_KEYS} has to be renewed.`,
  RequestTimeTooSkewed: () =>
    "Set the clock of the agent's machine: it differs from the server's by more than 15 minutes.",
  PermanentRedirect: wrongRegion,
  TemporaryRedirect: wrongRegion,
  AuthorizationHeaderMalformed: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  InvalidBucketName: () => "Check bucketName: 3 to 63 lower-case letters, digits, dots and hyphens.",
  BucketAlreadyExists: ({ bucket }) =>
    `Choose another bucketName: "${bucket}" belongs to another account, and all accounts share the names of buckets.`,
  AccessControlListNotSupported: ({ bucket }) =>
    `Set filesAcl to none: the bucket "${bucket}" takes no ACLs, since its owner owns all objects in it. What shall be public is made so by a bucket policy.`,
  InvalidStorageClass: () => "Check storageClass: this store, or this bucket, has no such storage class.",
  InvalidTag: () =>
    "Check tags: an object takes 10 of them, with keys of up to 128 and values of up to 256 characters, which are letters, digits, blanks and + - = . _ : / @.",
  MetadataTooLarge: () => "Check metadata: names and values of one object may come to 2 KB together.",
  BadRequest: ({ key }) =>
    key === undefined
      ? "S3 gives no reason for this answer. Check bucketName, regionName, and the session token of awsCredentials."
      : "If the object is encrypted with a customer-provided key (SSE-C), enter that key as customerKey. For other objects leave customerKey empty.",
  InvalidObjectState: () =>
    "The object is archived: restore it first, and run the step again once that is done, or leave it out with a pattern in globExpressions.",
  PreconditionFailed: () =>
    "The object was stored, replaced or deleted by somebody else meanwhile: run the step again.",
  MethodNotAllowed: () =>
    "The store does not allow this request here: it may not know it, or what is there is a delete marker.",
  "KMS.NotFoundException": ({ action }) =>
    isReading(action)
      ? "The KMS key that the object was encrypted with does not exist, or not any more."
      : "Check kmsMasterKeyId, or the key that the bucket encrypts with by default: KMS has no such key in the bucket's region and account. A key of another account is named by its ARN.",
  "KMS.DisabledException": ({ action }) =>
    isReading(action)
      ? "Enable the KMS key that the object was encrypted with again."
      : "Enable the KMS key again, or choose another one as kmsMasterKeyId.",
  "KMS.KMSInvalidStateException": ({ action }) =>
    isReading(action)
      ? "The KMS key that the object was encrypted with cannot be used now. Its deletion may be pending: cancel that in KMS."
      : "The KMS key cannot be used now. Its deletion may be pending: cancel that in KMS, or choose another key as kmsMasterKeyId.",
  NoSuchUpload: () =>
    "Either the upload is complete, and only the answer was lost, or somebody took it back. With s3:GetObject the task sees for itself; without, look, or run the step again.",
  EntityTooLarge: () => "This store takes no object of that size.",
  QuotaExceeded: () => "The store's quota is used up; free some space, or ask its owner for more.",
  SlowDown: () => "The store still asked to slow down after ten attempts; run the step again when less is going on.",
  InvalidRequest: () => NOT_UNDERSTOOD,
  NotImplemented: () => NOT_UNDERSTOOD,
  [NOT_S3]: () =>
    "What answered does not look like S3: check the server URL of awsCredentials, and what stands between.",
};

/**
 * Errors that every file of a step meets alike, whatever the file. Those of KMS are not among them: objects to be read may
 * each have another key.
 */
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
  "XAdminUserNotFound",
]);

/** Connections that failed in a way that the next one may not; after these, hope is lost only when many have failed in a row. */
const PASSING_CONNECTION_CODES = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED"]);

/** Whether the error ends the step, because every file would fail with it. */
export function isStepFatal(error: unknown): boolean {
  if (error instanceof IdentityError || error instanceof UnsupportedInputError) return true;
  if (error instanceof ConnectionError) return !PASSING_CONNECTION_CODES.has(error.systemCode);
  if (!(error instanceof ServiceError)) return false;
  const isForeign = error.awsCode === NOT_S3 && error.details.status < 500;
  return isForeign || STEP_FATAL_CODES.has(error.awsCode);
}

/** What the disk says where no file finds room, or none may be written. */
const DISK_CODES = new Set(["ENOSPC", "EDQUOT", "EROFS", "EMFILE", "EIO"]);

/**
 * Whether the error may well be that of all files: where many in a row have it, hope is lost for the rest. What is about one object (it is
 * archived, or gone) or one file is not.
 */
export function mayConcernAll(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof ServiceError)) return DISK_CODES.has((error as NodeJS.ErrnoException).code ?? "");
  const { status } = error.details;
  return (
    status >= 500 || status === 429 || status === 401 || error.awsCode === "AccessDenied" || error.awsCode === NOT_S3
  );
}

/**
 * Turns what went wrong with a bucket, or with one object of it, into sentences for the log: why, and what to do.
 * They may hold text from outside; the log's writer makes that harmless.
 *
 * @param action the IAM action that the request needed, as `s3:GetObject`.
 */
export function describeFailure(error: unknown, bucket: string, key?: string, action = "s3:PutObject"): string {
  if (error instanceof ServiceError) {
    const { region, serverMessage } = error.details;
    const advice = entryFor(ADVICE, error.awsCode)?.({ bucket, key, action, region, serverMessage });
    return `${error.message}.${advice ? ` ${advice}` : ""}`;
  }
  if (error instanceof ConnectionError) {
    return `${error.message}. ${connectionHint(error, "the server URL of awsCredentials")}`;
  }
  if (error instanceof IdentityError || error instanceof UnsupportedInputError) return error.message;
  return `${(error as Error).message}.`;
}

/** What reads an object goes by the key that it was stored with, whatever the inputs say. */
function isReading(action: string): boolean {
  return action === "s3:GetObject";
}

function wrongRegion({ bucket, region = "" }: Failure): string {
  // It comes from outside, and what is no region is no advice.
  return /^[a-z0-9-]{1,40}$/i.test(region)
    ? `Set regionName (or the region of awsCredentials) to ${region}, where the bucket "${bucket}" is.`
    : `Set regionName (or the region of awsCredentials) to the region where the bucket "${bucket}" is.`;
}

function noSuchObject(): string {
  return "There is no such object, or not any more: check what else deletes objects there while the step runs.";
}

/** Actions that are allowed on a bucket, and not on its objects. Source: "Actions, resources, and condition keys for Amazon S3". */
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

function adviseOnPermission({ bucket, key, action: expected, serverMessage }: Failure): string {
  // S3 asks KMS in the name of who asked S3, and says so where KMS refused.
  const kmsAction = /\bkms:\w+/.exec(serverMessage)?.[0];
  if (kmsAction) {
    return `Allow the user or role behind awsCredentials the action ${kmsAction} on the KMS key, in its own policy and in the key's. Uploads need kms:GenerateDataKey, those in parts kms:Decrypt too, downloads kms:Decrypt.`;
  }
  // One request may need several actions, as one for tags; S3 often says which one was refused.
  const action = /\bnot authorized to perform: (s3:\w+)/.exec(serverMessage)?.[1] ?? expected;
  const resource = BUCKET_ACTIONS.has(action) ? bucket : `${bucket}/${key ?? "*"}`;
  const advice = `Allow the user or role behind awsCredentials the action ${action} on arn:aws:s3:::${resource}, in its own policy and in the bucket's.`;
  // Source: "Permissions" of GetObject in the Amazon S3 API Reference.
  return action === "s3:GetObject"
    ? `${advice} Where s3:ListBucket is not allowed, S3 says the same of an object that does not exist.`
    : advice;
}
