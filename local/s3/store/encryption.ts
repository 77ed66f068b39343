/**
 * How an object is encrypted, as far as requests and answers tell of it: the bytes on disk stay as they came.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
 */
export type Encryption = ManagedEncryption | CustomerEncryption;

/** SSE-S3 and SSE-KMS: S3 has the key, or the right to use it. */
export type ManagedEncryption =
  | { readonly algorithm: "AES256" }
  | {
      readonly algorithm: "aws:kms" | "aws:kms:dsse";
      readonly keyArn: string;
      /** Whether a key of the bucket stands between the object and AWS KMS. */
      readonly bucketKey: boolean;
    };

/** SSE-C: the client has the key, and sends it with each request. */
export interface CustomerEncryption {
  readonly algorithm: "customer";
  /** base64; that a key is the object's is all that needs to be known of it */
  readonly keyMd5: string;
}

/** Whether an object's ETag is made of the MD5 of its bytes: not under SSE-KMS and SSE-C. */
export function hasMd5Etag({ algorithm }: Encryption): boolean {
  return algorithm === "AES256";
}
