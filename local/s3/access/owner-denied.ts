import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";
import { encryptionHeaders } from "../operations/encryption.ts";
import { ownerAccountId, type ServerState } from "../operations/operation.ts";
import type { Bucket } from "../store/buckets.ts";
import { deniesOwner } from "./policy-decision.ts";
import { partitionOf } from "./policy-document.ts";

/** The actions of operations that are not called like them. */
const ACTIONS: Readonly<Record<string, string>> = {
  CompleteMultipartUpload: "PutObject",
  CopyObject: "PutObject",
  CreateMultipartUpload: "PutObject",
  DeleteObjects: "DeleteObject",
  HeadBucket: "ListBucket",
  HeadObject: "GetObject",
  ListMultipartUploads: "ListBucketMultipartUploads",
  ListObjects: "ListBucket",
  ListObjectsV2: "ListBucket",
  ListObjectVersions: "ListBucketVersions",
  ListParts: "ListMultipartUploadParts",
  UploadPart: "PutObject",
  UploadPartCopy: "PutObject",
};

/** What the owner of a bucket can always do, so that no policy locks everybody out. */
const ALWAYS_ALLOWED = ["GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"];

/**
 * Refuses a signed request that the policy of its bucket denies. All keys of this server are the owner's. Of what one request deletes
 * together, all is refused, where S3 refuses key by key.
 * Source: "Policy evaluation logic" in the AWS Identity and Access Management User Guide
 * @throws S3Error AccessDenied
 */
export function checkOwnerNotDenied(request: S3Request, operation: string, { buckets, region }: ServerState): void {
  const { bucket: name, secure } = request;
  const bucket = name !== undefined && buckets.has(name) ? buckets.get(name) : undefined;
  if (bucket?.policy === undefined || ALWAYS_ALLOWED.includes(operation)) return;
  const action = `s3:${ACTIONS[operation] ?? operation}`;
  const resource = resourceOf(request, operation, bucket.name);
  const headers = conditionHeaders(request, bucket);
  if (!deniesOwner(bucket.policy, { action, resource, secure, headers }, ownerAccountId)) return;
  const partition = partitionOf(region);
  throw new S3Error(
    "AccessDenied",
    `User: arn:${partition}:iam::${ownerAccountId}:root is not authorized to perform: ${action} on resource: "arn:${partition}:s3:::${resource}" with an explicit deny in a resource-based policy`,
  );
}

function resourceOf({ key }: S3Request, operation: string, bucket: string): string {
  if (operation === "DeleteObjects") return `${bucket}/`;
  return key === undefined ? bucket : `${bucket}/${key}`;
}

/** The parts of an upload are encrypted as it was begun; their requests do not say it again. */
function conditionHeaders({ headers, query }: S3Request, bucket: Bucket): ReadonlyMap<string, string> {
  const upload = bucket.uploads.get(query.get("uploadId") ?? "");
  return upload ? new Map([...headers, ...Object.entries(encryptionHeaders(upload.encryption))]) : headers;
}
