import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";
import { ownerAccountId } from "./operation.ts";

/**
 * Checks that a bucket is the account's that the request takes to be its owner.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
 * @throws S3Error AccessDenied, InvalidBucketOwnerAWSAccountID
 */
export function checkBucketOwner(
  { headers }: S3Request,
  header: "x-amz-expected-bucket-owner" | "x-amz-source-expected-bucket-owner",
): void {
  const expected = headers.get(header);
  if (expected === undefined) return;
  if (!/^\d{12}$/.test(expected)) throw new S3Error("InvalidBucketOwnerAWSAccountID");
  if (expected !== ownerAccountId) throw new S3Error("AccessDenied");
}
