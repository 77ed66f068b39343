import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import { childrenOf, type ParsedXml, parseXml, textOf, xmlDocument } from "../http/xml.ts";
import { type DefaultEncryption, initialEncryption } from "../store/buckets.ts";
import type { ManagedEncryption } from "../store/encryption.ts";
import { kmsKeyArn } from "./kms-keys.ts";
import { bucketOf, type Call, type Operation } from "./operation.ts";

const marks = ["encryption"];

export const bucketEncryptionOperations: readonly Operation[] = [
  { name: "GetBucketEncryption", method: "GET", level: "bucket", marks, handle: getBucketEncryption },
  { name: "PutBucketEncryption", method: "PUT", level: "bucket", marks, body: "document", handle: putBucketEncryption },
  { name: "DeleteBucketEncryption", method: "DELETE", level: "bucket", marks, handle: deleteBucketEncryption },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html */
function getBucketEncryption(call: Call): Reply {
  const { encryption, bucketKey, blocked } = bucketOf(call).defaultEncryption;
  return documentReply(
    xmlDocument("ServerSideEncryptionConfiguration", {
      Rule: {
        ApplyServerSideEncryptionByDefault: {
          SSEAlgorithm: encryption.algorithm,
          KMSMasterKeyID: encryption.algorithm === "AES256" ? undefined : encryption.keyArn,
        },
        BucketKeyEnabled: bucketKey,
        BlockedEncryptionTypes: blocked.length === 0 ? undefined : { EncryptionType: blocked },
      },
    }),
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html */
function putBucketEncryption(call: Call): Reply {
  const [rule, second] = parseXml(call.document, "ServerSideEncryptionConfiguration").get("Rule") ?? [];
  if (rule === undefined || second !== undefined) throw new S3Error("MalformedXML");
  bucketOf(call).defaultEncryption = readRule(rule, call.state.region);
  return { status: 200 };
}

function deleteBucketEncryption(call: Call): Reply {
  bucketOf(call).defaultEncryption = initialEncryption;
  return { status: 204 };
}

function readRule(element: ParsedXml, region: string): DefaultEncryption {
  const rule = childrenOf(element);
  const [byDefault] = rule.get("ApplyServerSideEncryptionByDefault") ?? [];
  const [blocking] = rule.get("BlockedEncryptionTypes") ?? [];
  return {
    encryption: byDefault === undefined ? initialEncryption.encryption : readByDefault(byDefault, region),
    bucketKey: textOf(rule, "BucketKeyEnabled")?.trim() === "true",
    blocked: blocking === undefined ? [] : readBlocked(blocking),
  };
}

function readByDefault(element: ParsedXml, region: string): ManagedEncryption {
  const children = childrenOf(element);
  const algorithm = textOf(children, "SSEAlgorithm")?.trim();
  const keyId = textOf(children, "KMSMasterKeyID");
  if (algorithm === "AES256") {
    if (keyId === undefined) return { algorithm };
    throw new S3Error(
      "InvalidArgument",
      "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms",
    );
  }
  if (algorithm !== "aws:kms" && algorithm !== "aws:kms:dsse") throw new S3Error("MalformedXML");
  // A bucket key is a matter of the rule: it also holds where a request names the key.
  return { algorithm, keyArn: kmsKeyArn(keyId, region), bucketKey: false };
}

function readBlocked(element: ParsedXml): DefaultEncryption["blocked"] {
  const types = childrenOf(element).get("EncryptionType") ?? [];
  if (types.some((type) => type !== "SSE-C" && type !== "NONE")) throw new S3Error("MalformedXML");
  return types.includes("SSE-C") ? ["SSE-C"] : [];
}
