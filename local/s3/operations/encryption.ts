import { randomBytes } from "node:crypto";
import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";
import type { Bucket } from "../store/buckets.ts";
import { type Encryption, hasMd5Etag } from "../store/encryption.ts";
import { readCustomerKey } from "./customer-key.ts";
import { kmsKeyArn } from "./kms-keys.ts";

const header = "x-amz-server-side-encryption";
const keyIdHeader = `${header}-aws-kms-key-id`;
const bucketKeyHeader = `${header}-bucket-key-enabled`;
const customerPrefix = `${header}-customer`;

/** Whether a request says anything of the encryption of the object that it writes. */
export function namesEncryption({ headers }: S3Request): boolean {
  return [header, keyIdHeader, bucketKeyHeader, `${customerPrefix}-algorithm`].some((name) => headers.has(name));
}

/**
 * How a new object is to be encrypted: as the request says, or else as its bucket does.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 * @throws S3Error InvalidArgument, AccessDenied where the bucket blocks it, and those of readCustomerKey
 */
export function readEncryption(request: S3Request, bucket: Bucket, region: string): Encryption {
  const { headers } = request;
  const algorithm = headers.get(header);
  const keyMd5 = readCustomerKey(request, customerPrefix);
  if (keyMd5 !== undefined) return customerEncryption(keyMd5, algorithm, bucket);
  if (algorithm === "aws:kms" || algorithm === "aws:kms:dsse") {
    const keyArn = kmsKeyArn(headers.get(keyIdHeader), region);
    return { algorithm, keyArn, ...bucketKeyOf(request, bucket, algorithm) };
  }
  checkNoKeyId(headers);
  if (algorithm === "AES256") return { algorithm };
  if (algorithm !== undefined) {
    throw invalid(header, algorithm, "The encryption method specified is not supported");
  }
  const { encryption } = bucket.defaultEncryption;
  if (encryption.algorithm === "AES256") return encryption;
  return { ...encryption, ...bucketKeyOf(request, bucket, encryption.algorithm) };
}

function customerEncryption(keyMd5: string, algorithm: string | undefined, { defaultEncryption }: Bucket): Encryption {
  if (algorithm !== undefined) {
    throw invalid(
      header,
      algorithm,
      "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
    );
  }
  if (defaultEncryption.blocked.includes("SSE-C")) throw new S3Error("AccessDenied");
  return { algorithm: "customer", keyMd5 };
}

/** Reads of managed encryption need nothing, and may say nothing. @throws S3Error InvalidArgument */
export function checkNoEncryptionAsked({ headers }: S3Request): void {
  const algorithm = headers.get(header);
  if (algorithm === undefined) return;
  throw invalid(header, algorithm, `${header} header is not supported for this operation.`);
}

/** The headers of an answer about an object's encryption. */
export function encryptionHeaders(encryption: Encryption): Record<string, string> {
  if (encryption.algorithm === "customer") {
    return { [`${customerPrefix}-algorithm`]: "AES256", [`${customerPrefix}-key-MD5`]: encryption.keyMd5 };
  }
  if (encryption.algorithm === "AES256") return { [header]: encryption.algorithm };
  return {
    [header]: encryption.algorithm,
    [keyIdHeader]: encryption.keyArn,
    ...(encryption.bucketKey && { [bucketKeyHeader]: "true" }),
  };
}

/**
 * The ETag of bytes that came in one go: their MD5, or where S3 gives no MD5 something that looks like one.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
 */
export function etagOf(md5: Buffer, encryption: Encryption): string {
  return (hasMd5Etag(encryption) ? md5 : randomBytes(md5.length)).toString("hex");
}

/** DSSE has no bucket keys. */
function bucketKeyOf(
  { headers }: S3Request,
  { defaultEncryption }: Bucket,
  algorithm: "aws:kms" | "aws:kms:dsse",
): { bucketKey: boolean } {
  const asked = headers.get(bucketKeyHeader)?.toLowerCase();
  const isOn = asked === undefined ? defaultEncryption.bucketKey : asked === "true";
  return { bucketKey: isOn && algorithm === "aws:kms" };
}

function checkNoKeyId(headers: ReadonlyMap<string, string>): void {
  const keyId = headers.get(keyIdHeader);
  if (keyId === undefined) return;
  throw invalid(
    header,
    headers.get(header) ?? "null",
    "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
  );
}

function invalid(name: string, value: string, message: string): S3Error {
  return new S3Error("InvalidArgument", message, { elements: { ArgumentName: name, ArgumentValue: value } });
}
