import type { InputReader } from "../../agent/inputs.ts";
import { maskSecret } from "../../agent/secret-input.ts";
import type { Encryption } from "../../s3/encryption.ts";

type KeyManagement = "none" | "awsManaged" | "customerManaged";

/** The value of `customerKey`. */
export interface CustomerKey {
  readonly isSet: boolean;
  /** 32 bytes; undefined if the value is not a key. */
  readonly bytes: Buffer | undefined;
}

const KEY_BYTES = 32;
const KEY_SHAPE = "32 bytes, in 64 hexadecimal digits or 44 characters of Base64";

/** Reads the customer's key, and masks it in every form in which it may be logged. Call it before anything is logged. */
export function readCustomerKey(reader: InputReader): CustomerKey {
  const text = reader.secret("customerKey");
  const bytes = decodeKey(text);
  if (bytes) for (const form of [bytes.toString("base64"), bytes.toString("hex")]) maskSecret(form);
  // The agent's masking is case-sensitive.
  if (bytes) maskSecret(bytes.toString("hex").toUpperCase());
  return { isSet: text !== "", bytes };
}

function decodeKey(text: string): Buffer | undefined {
  if (/^[\da-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  const bytes = /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, "base64") : undefined;
  return bytes?.length === KEY_BYTES ? bytes : undefined;
}

/**
 * Reads how to encrypt an upload's objects. A key that would not be used is a problem, because the user relies on it.
 *
 * @param customerKey undefined for a task without this input: website visitors cannot send a key.
 * @param isAmazon whether the store is Amazon S3. Other stores have their own key names.
 * @returns undefined if the bucket decides.
 */
export function readUploadEncryption(
  reader: InputReader,
  customerKey: CustomerKey | undefined,
  isAmazon: boolean,
): Encryption | undefined {
  const problemsBefore = reader.problems.length;
  const managements = ["none", "awsManaged", ...(customerKey ? (["customerManaged"] as const) : [])] as const;
  const management = reader.choice<KeyManagement>("keyManagement", managements, "none");
  const algorithm = reader.choice<"KMS" | "AES256" | "DSSE" | "">("encryptionAlgorithm", ["KMS", "AES256", "DSSE"], "");
  const keyId = readKmsKeyId(reader, isAmazon);
  const bucketKey = reader.boolean("bucketKey");
  // Otherwise one wrong value would be reported as two problems.
  if (reader.problems.length > problemsBefore) return undefined;

  const usesKms = management === "awsManaged" && algorithm !== "AES256";
  const setting = `keyManagement is ${management}`;
  // The AWS Toolkit's form always writes KMS together with keyManagement.
  if (management !== "awsManaged" && algorithm) {
    reader.note("encryptionAlgorithm", `${algorithm} has no effect if ${setting}.`);
  }
  if (keyId && !usesKms) {
    const algorithmPart = management === "awsManaged" ? " and encryptionAlgorithm is AES256" : "";
    const advice = "A KMS key is for awsManaged with KMS or DSSE; otherwise leave kmsMasterKeyId empty.";
    reader.problem(
      "kmsMasterKeyId",
      "input-without-effect",
      `it has no effect if ${setting}${algorithmPart}. ${advice}`,
    );
  }
  if (bucketKey && (!usesKms || algorithm === "DSSE")) {
    const what = usesKms ? "DSSE does not support bucket keys." : "a bucket key is for awsManaged with KMS.";
    reader.problem("bucketKey", "input-without-effect", `${what} Set bucketKey to false.`);
  }
  const customerEncryption = customerKey && checkCustomerKey(reader, customerKey, management);
  if (reader.problems.length > problemsBefore || management === "none") return undefined;
  if (management === "customerManaged") return customerEncryption;
  if (algorithm === "AES256") return { kind: "s3" };
  return {
    kind: "kms",
    algorithm: algorithm === "DSSE" ? "aws:kms:dsse" : "aws:kms",
    ...(keyId ? { keyId } : {}),
    bucketKey,
  };
}

/**
 * Reads the key for a download. S3 and KMS decrypt their own encryption without inputs.
 *
 * @returns undefined if there is no customer's key.
 */
export function readDownloadEncryption(reader: InputReader, customerKey: CustomerKey): Encryption | undefined {
  const problemsBefore = reader.problems.length;
  const management = reader.choice<KeyManagement | "noneOrAWSManaged">(
    "keyManagement",
    ["none", "awsManaged", "customerManaged", "noneOrAWSManaged"],
    "none",
  );
  return reader.problems.length > problemsBefore ? undefined : checkCustomerKey(reader, customerKey, management);
}

function checkCustomerKey(reader: InputReader, { isSet, bytes }: CustomerKey, management: string) {
  if (management !== "customerManaged") {
    const what = `it has no effect if keyManagement is ${management}.`;
    if (isSet)
      reader.problem(
        "customerKey",
        "input-without-effect",
        `${what} Set keyManagement to customerManaged, or leave customerKey empty.`,
      );
    return undefined;
  }
  if (bytes) return { kind: "customer", key: bytes } as const;
  const what = isSet ? "the value is not a valid key" : "it is empty, and keyManagement is customerManaged";
  reader.problem(
    "customerKey",
    isSet ? "customer-key-invalid" : "input-required",
    `${what}. Enter ${KEY_SHAPE}, from a secret variable.`,
  );
  return undefined;
}

/** "PutObject" in the Amazon S3 API Reference: the id, the ARN or the alias of a key. */
function readKmsKeyId(reader: InputReader, isAmazon: boolean): string {
  const keyId = reader.text("kmsMasterKeyId");
  const shape = isAmazon
    ? /^(arn:aws[a-z-]*:kms:[a-z\d-]+:\d{12}:(key|alias)\/[\w/-]+|alias\/[\w/-]+|[A-Za-z\d-]+)$/
    : /^[\x21-\x7e]+$/;
  if (keyId === "" || shape.test(keyId)) return keyId;
  const examples = "1234abcd-12ab-34cd-56ef-1234567890ab, its ARN, or its alias, for example alias/releases";
  reader.problem(
    "kmsMasterKeyId",
    "kms-key-invalid",
    `"${keyId}" is not a KMS key. Enter the ID of a key, for example ${examples}.`,
  );
  return "";
}
