import { hash } from "node:crypto";
import { ServiceError } from "../aws/errors/errors.ts";

/** The encryption that a step requests for its objects. */
export type Encryption =
  /** By keys that S3 manages (SSE-S3). */
  | { readonly kind: "s3" }
  /** By a key of KMS (SSE-KMS, or DSSE-KMS, which encrypts twice); without `keyId` the account's AWS-managed key. */
  | {
      readonly kind: "kms";
      readonly algorithm: "aws:kms" | "aws:kms:dsse";
      readonly keyId?: string;
      readonly bucketKey: boolean;
    }
  /** With a key of 32 bytes that each request contains (SSE-C). */
  | { readonly kind: "customer"; readonly key: Buffer };

/**
 * The encryption headers of PutObject, CreateMultipartUpload and CopyObject. Undefined means the bucket's default, and so does
 * `bucketKey: false` for the bucket key.
 *
 * Source: "Protecting data with server-side encryption" in the Amazon S3 User Guide.
 */
export function encryptionHeaders(encryption: Encryption | undefined): Record<string, string> {
  if (!encryption) return {};
  if (encryption.kind === "customer") return customerKeyHeaders(encryption);
  if (encryption.kind === "s3") return { "x-amz-server-side-encryption": "AES256" };
  return {
    "x-amz-server-side-encryption": encryption.algorithm,
    ...(encryption.keyId ? { "x-amz-server-side-encryption-aws-kms-key-id": encryption.keyId } : {}),
    ...(encryption.bucketKey ? { "x-amz-server-side-encryption-bucket-key-enabled": "true" } : {}),
  };
}

/** The headers that a request on an object encrypted with SSE-C needs (GET, HEAD, UploadPart); none for other objects. */
export function customerKeyHeaders(encryption: Encryption | undefined): Record<string, string> {
  return keyHeaders("x-amz-server-side-encryption-customer", encryption);
}

/** The headers by which CopyObject and UploadPartCopy read an object encrypted with SSE-C; none for other objects. */
export function copySourceKeyHeaders(encryption: Encryption | undefined): Record<string, string> {
  return keyHeaders("x-amz-copy-source-server-side-encryption-customer", encryption);
}

/** How S3 answers a request without a customer's key for an object that was stored with one; `BadRequest` if the answer has no body (HEAD). */
const WITHOUT_KEY_CODES = new Set(["BadRequest", "InvalidRequest"]);

/** Whether a request may have been refused because the object was stored with a customer's key (SSE-C) that the request does not have. */
export function mayNeedCustomerKey(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.details.status === 400 && WITHOUT_KEY_CODES.has(error.awsCode);
}

function keyHeaders(prefix: string, encryption: Encryption | undefined): Record<string, string> {
  if (encryption?.kind !== "customer") return {};
  return {
    [`${prefix}-algorithm`]: "AES256",
    [`${prefix}-key`]: encryption.key.toString("base64"),
    [`${prefix}-key-md5`]: hash("md5", encryption.key, "base64"),
  };
}
