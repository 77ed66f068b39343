import { S3Error } from "../http/errors.ts";
import type { StoredObject } from "../store/object-version.ts";

/**
 * Nobody unknown has a right to a key of AWS KMS, so nobody unknown can read what is encrypted under one.
 * @throws S3Error InvalidArgument
 */
export function checkNoKmsKey({ encryption }: StoredObject): void {
  if (encryption.algorithm !== "aws:kms" && encryption.algorithm !== "aws:kms:dsse") return;
  throw new S3Error(
    "InvalidArgument",
    "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.",
    { elements: { ArgumentName: "Authorization", ArgumentValue: "null" } },
  );
}
