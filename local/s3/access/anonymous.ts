import type { Authenticated } from "../auth/authenticate.ts";
import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";
import type { ServerState } from "../operations/operation.ts";
import type { Bucket } from "../store/buckets.ts";
import type { StoredObject } from "../store/object-version.ts";
import { checkNoKmsKey } from "./kms-objects.ts";
import { wildcardPrincipalMay } from "./wildcard-principal.ts";

const reads = ["GetObject", "HeadObject"];
const listings = ["HeadBucket", "ListObjects", "ListObjectsV2"];

/** Whether a request does not say whose it is. */
export function isAnonymous({ presigned, query, wireHeaders }: S3Request): boolean {
  return !presigned && !query.has("AWSAccessKeyId") && !wireHeaders.has("authorization");
}

/**
 * Allows an anonymous request if anyone may do it: at most reading and listing objects.
 * @param operation S3's name of what the request asks for
 * @throws S3Error AccessDenied (also for an object that is not there, unless anyone may list what is), NoSuchBucket, InvalidArgument for
 * what is encrypted under a key of AWS KMS
 */
export function admitAnonymous(request: S3Request, operation: string, state: ServerState): Authenticated {
  const isRead = reads.includes(operation);
  if (request.bucket === undefined || (!isRead && !listings.includes(operation))) throw new S3Error("AccessDenied");
  const bucket = state.buckets.get(request.bucket);
  if (isRead) checkMayRead(request, bucket);
  else checkMayList(request, bucket);
  return { payload: { kind: "unsigned" }, chunkSignatures: undefined };
}

function checkMayRead(request: S3Request, bucket: Bucket): void {
  const { key = "", query, secure } = request;
  const versionId = query.get("versionId");
  const object = bucket.objects
    .versions(key)
    .find(
      (version, index): version is StoredObject =>
        version.kind === "object" && (versionId === undefined ? index === 0 : version.versionId === versionId),
    );
  const action = versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion";
  if (!wildcardPrincipalMay(bucket, { action, resource: `${bucket.name}/${key}`, secure }, object)) {
    throw new S3Error("AccessDenied");
  }
  if (object === undefined) checkMayList(request, bucket);
  else checkNoKmsKey(object);
}

function checkMayList({ secure }: S3Request, bucket: Bucket): void {
  if (!wildcardPrincipalMay(bucket, { action: "s3:ListBucket", resource: bucket.name, secure }))
    throw new S3Error("AccessDenied");
}
