import type { S3Request } from "../http/request.ts";
import { bucketEncryptionOperations } from "./bucket-encryption.ts";
import { bucketPolicyOperations } from "./bucket-policy.ts";
import { bucketWebsiteOperations } from "./bucket-website.ts";
import { bucketOperations } from "./buckets.ts";
import { completeMultipartOperations } from "./complete-multipart.ts";
import { copyObjectOperations } from "./copy-object.ts";
import { deleteObjectOperations } from "./delete-object.ts";
import { deleteObjectsOperations } from "./delete-objects.ts";
import { readOperations } from "./get-object.ts";
import { multipartListingOperations } from "./list-multipart.ts";
import { listingOperations } from "./list-objects.ts";
import { versionListingOperations } from "./list-versions.ts";
import { multipartOperations } from "./multipart.ts";
import { objectAclOperations } from "./object-acl.ts";
import type { Operation } from "./operation.ts";
import { ownershipControlsOperations } from "./ownership-controls.ts";
import { publicAccessBlockOperations } from "./public-access-block.ts";
import { putObjectOperations } from "./put-object.ts";
import { taggingOperations } from "./tagging.ts";
import { uploadPartCopyOperations } from "./upload-part-copy.ts";
import { versioningOperations } from "./versioning.ts";

const operations: readonly Operation[] = [
  ...bucketOperations,
  ...bucketEncryptionOperations,
  ...bucketPolicyOperations,
  ...bucketWebsiteOperations,
  ...ownershipControlsOperations,
  ...publicAccessBlockOperations,
  ...versioningOperations,
  ...listingOperations,
  ...versionListingOperations,
  ...readOperations,
  ...putObjectOperations,
  ...copyObjectOperations,
  ...deleteObjectOperations,
  ...deleteObjectsOperations,
  ...taggingOperations,
  ...objectAclOperations,
  ...multipartOperations,
  ...uploadPartCopyOperations,
  ...completeMultipartOperations,
  ...multipartListingOperations,
];

/** All query parameters by which S3 chooses an operation, those of operations not implemented here included. */
const subResources = new Set([
  "accelerate",
  "acl",
  "analytics",
  "attributes",
  "cors",
  "delete",
  "encryption",
  "intelligent-tiering",
  "inventory",
  "legal-hold",
  "lifecycle",
  "list-type",
  "location",
  "logging",
  "metadataConfiguration",
  "metadataTable",
  "metrics",
  "notification",
  "object-lock",
  "ownershipControls",
  "partNumber",
  "policy",
  "policyStatus",
  "publicAccessBlock",
  "renameObject",
  "replication",
  "requestPayment",
  "restore",
  "retention",
  "select",
  "session",
  "tagging",
  "torrent",
  "uploadId",
  "uploads",
  "versionId",
  "versioning",
  "versions",
  "website",
]);

/** The one header that chooses an operation. */
const copySource = "x-amz-copy-source";

/** What a request asks for: an operation, or the name of one that is not implemented. */
export interface Route {
  readonly name: string;
  readonly operation: Operation | undefined;
}

/** Finds a request's operation by its method, level and sub-resources, except those that the store does not know. */
export function findRoute(request: S3Request, unknownSubResources: readonly string[] = []): Route {
  const level = levelOf(request);
  const marks = [...request.query.keys()].filter(
    (name) => subResources.has(name) && !unknownSubResources.includes(name),
  );
  if (request.headers.has(copySource)) marks.push(copySource);
  const operation = operations.find(
    (candidate) =>
      candidate.method === request.method && candidate.level === level && isMarkedFor(candidate, new Set(marks)),
  );
  return { name: operation?.name ?? unknownName(request.method, level, marks), operation };
}

function levelOf({ bucket, key }: S3Request): Operation["level"] {
  if (bucket === undefined) return "service";
  return key === undefined ? "bucket" : "object";
}

function isMarkedFor({ marks: required = [], optionalMarks = [] }: Operation, marks: ReadonlySet<string>): boolean {
  return (
    required.every((mark) => marks.has(mark)) &&
    [...marks].every((mark) => required.includes(mark) || optionalMarks.includes(mark))
  );
}

/** A name in S3's manner, such as `GetBucketAcl`. */
function unknownName(method: string, level: Operation["level"], marks: readonly string[]): string {
  return [method.toLowerCase(), level, ...marks.flatMap((mark) => mark.split("-"))]
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
