import { createHash } from "node:crypto";
import { ownerAccountId } from "./operation.ts";

/** The alias of the key that AWS manages for S3 in each account and region. */
const managedKey = "alias/aws/s3";

/**
 * The ARN by which S3 answers for a KMS key. An alias is answered by the key behind it: which key that is follows from
 * the alias's name here.
 * @param keyId a key id, an alias, the ARN of either, or undefined for the key that AWS manages
 */
export function kmsKeyArn(keyId: string | undefined, region: string): string {
  const prefix = `arn:aws:kms:${region}:${ownerAccountId}:`;
  const name = keyId?.startsWith(prefix) ? keyId.slice(prefix.length) : (keyId ?? managedKey);
  if (name.startsWith("alias/")) return `${prefix}key/${idOfAlias(name)}`;
  if (name.startsWith("arn:")) return name;
  return name.startsWith("key/") ? `${prefix}${name}` : `${prefix}key/${name}`;
}

function idOfAlias(alias: string): string {
  const digits = createHash("md5").update(alias).digest("hex");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
