import { blockInForce } from "../access/block.ts";
import { partitionOf, readPolicy } from "../access/policy-document.ts";
import { isPublicPolicy } from "../access/public-policy.ts";
import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import { xmlDocument } from "../http/xml.ts";
import type { Bucket } from "../store/buckets.ts";
import type { BucketPolicy } from "../store/policy.ts";
import { bucketOf, type Call, type Operation, ownerAccountId } from "./operation.ts";

const about = { level: "bucket", marks: ["policy"] } as const;
const maxPolicyBytes = 20 * 1024;

export const bucketPolicyOperations: readonly Operation[] = [
  { name: "GetBucketPolicy", method: "GET", ...about, handle: getBucketPolicy },
  { name: "PutBucketPolicy", method: "PUT", ...about, body: "document", handle: putBucketPolicy },
  { name: "DeleteBucketPolicy", method: "DELETE", ...about, handle: deleteBucketPolicy },
  {
    name: "GetBucketPolicyStatus",
    method: "GET",
    level: "bucket",
    marks: ["policyStatus"],
    handle: getBucketPolicyStatus,
  },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html */
function getBucketPolicy(call: Call): Reply {
  return { status: 200, headers: { "content-type": "application/json" }, content: policyOf(bucketOf(call)).text };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html */
function putBucketPolicy(call: Call): Reply {
  const bucket = bucketOf(call);
  if (Buffer.byteLength(call.document) > maxPolicyBytes) {
    throw new S3Error("MalformedPolicy", "Policy exceeds the maximum allowed document size.");
  }
  const policy = readPolicy(call.document, bucket.name, call.state.region);
  if (isPublicPolicy(policy)) checkPublicPolicyAllowed(bucket, partitionOf(call.state.region));
  bucket.policy = policy;
  return { status: 204 };
}

function deleteBucketPolicy(call: Call): Reply {
  bucketOf(call).policy = undefined;
  return { status: 204 };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html */
function getBucketPolicyStatus(call: Call): Reply {
  return documentReply(xmlDocument("PolicyStatus", { IsPublic: isPublicPolicy(policyOf(bucketOf(call))) }));
}

function policyOf({ name, policy }: Bucket): BucketPolicy {
  if (policy === undefined) throw new S3Error("NoSuchBucketPolicy", undefined, { elements: { BucketName: name } });
  return policy;
}

/** S3 does not say whether the bucket or its account blocks. @throws S3Error AccessDenied */
function checkPublicPolicyAllowed(bucket: Bucket, partition: string): void {
  const isSpreading = bucket.refusalsLeft > 0;
  if (isSpreading) bucket.refusalsLeft--;
  if (!isSpreading && !blockInForce(bucket).BlockPublicPolicy) return;
  throw new S3Error(
    "AccessDenied",
    `User: arn:${partition}:iam::${ownerAccountId}:root is not authorized to perform: s3:PutBucketPolicy on resource: "arn:${partition}:s3:::${bucket.name}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
  );
}
