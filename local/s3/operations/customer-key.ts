import { createHash } from "node:crypto";
import { isBase64Of } from "../body/checksum-algorithms.ts";
import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";
import type { Encryption } from "../store/encryption.ts";

const keyBytes = 32;

/** Whose key a request sends: of the object that it writes or reads, or of the one that it copies from. */
type KeyHeaders = "x-amz-server-side-encryption-customer" | "x-amz-copy-source-server-side-encryption-customer";

/**
 * Reads the three headers of SSE-C. S3 takes them over https alone; this server usually speaks http on loopback, where
 * nobody listens, and takes them there too.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/specifying-s3-c-encryption.html
 * @returns the base64 MD5 of the key, which has been checked against the key
 * @throws S3Error InvalidArgument, InvalidEncryptionAlgorithmError
 */
export function readCustomerKey({ headers }: S3Request, prefix: KeyHeaders): string | undefined {
  const algorithm = headers.get(`${prefix}-algorithm`);
  const key = headers.get(`${prefix}-key`);
  const keyMd5 = headers.get(`${prefix}-key-md5`);
  if (algorithm === undefined && key === undefined && keyMd5 === undefined) return undefined;
  if (algorithm === undefined) throw incomplete(prefix, "algorithm", "a valid encryption algorithm");
  if (algorithm !== "AES256") throw new S3Error("InvalidEncryptionAlgorithmError");
  if (key === undefined) throw incomplete(prefix, "key", "an appropriate secret key");
  if (keyMd5 === undefined) throw incomplete(prefix, "key-MD5", "the client calculated MD5 of the secret key");
  if (!isBase64Of(key, keyBytes)) {
    throw invalid(prefix, "key", "The secret key was invalid for the specified algorithm.");
  }
  const expected = createHash("md5").update(Buffer.from(key, "base64")).digest("base64");
  if (keyMd5 !== expected) {
    throw invalid(prefix, "key-MD5", "The calculated MD5 hash of the key did not match the hash that was provided.");
  }
  return keyMd5;
}

/**
 * Checks that a read brings the key of the object, and brings none if the object has none.
 * @param keyMd5 of the key that the request sends
 * @throws S3Error InvalidRequest, AccessDenied when it is another key
 */
export function checkCustomerKey(encryption: Encryption, keyMd5: string | undefined): void {
  if (encryption.algorithm !== "customer") {
    if (keyMd5 === undefined) return;
    throw new S3Error("InvalidRequest", "The encryption parameters are not applicable to this object.");
  }
  if (keyMd5 === undefined) {
    throw new S3Error(
      "InvalidRequest",
      "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
    );
  }
  if (keyMd5 !== encryption.keyMd5) throw new S3Error("AccessDenied");
}

/**
 * Checks that a request about a multipart upload brings the key that the upload was created with.
 * @throws S3Error InvalidRequest
 */
export function checkUploadKey(encryption: Encryption, keyMd5: string | undefined): void {
  const created = encryption.algorithm === "customer" ? encryption.keyMd5 : undefined;
  if (created === keyMd5) return;
  if (created === undefined) {
    throw new S3Error(
      "InvalidRequest",
      "The multipart upload initiate did not request encryption with a customer provided key.",
    );
  }
  throw new S3Error(
    "InvalidRequest",
    keyMd5 === undefined
      ? "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters."
      : "The provided encryption parameters did not match the ones used originally.",
  );
}

function incomplete(prefix: KeyHeaders, name: string, missing: string): S3Error {
  return invalid(
    prefix,
    name,
    `Requests specifying Server Side Encryption with Customer provided keys must provide ${missing}.`,
  );
}

function invalid(prefix: KeyHeaders, name: string, message: string): S3Error {
  return new S3Error("InvalidArgument", message, {
    elements: { ArgumentName: `${prefix}-${name}`, ArgumentValue: "null" },
  });
}
