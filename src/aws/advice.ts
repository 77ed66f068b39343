import { ConnectionError, NOT_S3, ServiceError } from "./errors.ts";

const CHECK_KEYS = "in the service connection (awsCredentials)";
const UNKNOWN_KEY = `Check the access key id ${CHECK_KEYS}: this store does not know it, or no longer. Temporary keys also need their session token.`;
const NOT_UNDERSTOOD = "This store does not understand something in the request that Amazon S3 understands.";

/** What to do about an error that S3 names. `bucket` and `key` come from the request. */
const ADVICE: Readonly<
  Record<string, (bucket: string, key: string | undefined, region: string | undefined) => string>
> = {
  NoSuchBucket: (bucket) =>
    `Check bucketName: this store, or this AWS account and region, has no bucket "${bucket}"; and check that awsCredentials is the connection you mean.`,
  AccessDenied: (bucket, key) =>
    `Allow the user or role behind awsCredentials the action s3:PutObject on arn:aws:s3:::${bucket}/${key ?? "*"}, in its own policy and in the bucket's.`,
  AllAccessDisabled: () => "The bucket is disabled; its owner has to ask AWS.",
  InvalidAccessKeyId: () => UNKNOWN_KEY,
  // versitygw's name for it.
  XAdminUserNotFound: () => UNKNOWN_KEY,
  SignatureDoesNotMatch: () =>
    `Check the secret access key ${CHECK_KEYS}: it is not the one that belongs to the access key id.`,
  ExpiredToken: () =>
    `The session token ${CHECK_KEYS} has expired: enter new keys, or use a connection that renews them.`,
  InvalidToken: () => `The session token ${CHECK_KEYS} does not belong to the access key id.`,
  TokenRefreshRequired: () => `The session token ${CHECK_KEYS} has to be renewed.`,
  RequestTimeTooSkewed: () =>
    "Set the clock of the agent's machine: it differs from the server's by more than 15 minutes.",
  PermanentRedirect: wrongRegion,
  TemporaryRedirect: wrongRegion,
  AuthorizationHeaderMalformed: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  InvalidBucketName: () => "Check bucketName: 3 to 63 lower-case letters, digits, dots and hyphens.",
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

/** Errors that every file of a step meets alike, whatever the file. */
const STEP_FATAL_CODES = new Set([
  "AllAccessDisabled",
  "AuthorizationHeaderMalformed",
  "ExpiredToken",
  "IllegalLocationConstraintException",
  "InvalidAccessKeyId",
  "InvalidBucketName",
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
  if (error instanceof ConnectionError) return !PASSING_CONNECTION_CODES.has(error.code);
  if (!(error instanceof ServiceError)) return false;
  const isForeign = error.code === NOT_S3 && error.details.status < 500;
  return isForeign || STEP_FATAL_CODES.has(error.code);
}

/**
 * Turns what went wrong with a bucket, or with one object of it, into sentences for the log: why, and what to do.
 * They may hold text from outside; the log's writer makes that harmless.
 */
export function describeFailure(error: unknown, bucket: string, key?: string): string {
  if (error instanceof ServiceError) {
    const advice = ADVICE[error.code]?.(bucket, key, error.details.region);
    return `${error.message}.${advice ? ` ${advice}` : ""}`;
  }
  if (error instanceof ConnectionError) return `${error.message}. ${adviseOnConnection(error)}`;
  return `${(error as Error).message}.`;
}

function wrongRegion(bucket: string, _key: string | undefined, region: string | undefined): string {
  return region
    ? `Set regionName (or the region of awsCredentials) to ${region}, where the bucket "${bucket}" is.`
    : `Set regionName (or the region of awsCredentials) to the region where the bucket "${bucket}" is.`;
}

function adviseOnConnection({ code, hostname }: ConnectionError): string {
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return `The name ${hostname} is not known: check the server URL of awsCredentials, and regionName.`;
  }
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(code)) {
    return `The certificate of ${hostname} is not trusted: check the server URL of awsCredentials, or set NODE_EXTRA_CA_CERTS in the step's env to a file with the certificate of the authority that issued it.`;
  }
  if (/^(ERR_SSL|EPROTO|HPE)/.test(code)) {
    return "What answered does not speak this protocol: check http or https, and the port, in the server URL of awsCredentials.";
  }
  return `Check that the server URL of awsCredentials is right, and that this machine reaches ${hostname}.`;
}
