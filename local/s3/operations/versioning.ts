import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import { parseXml, textOf, xmlDocument } from "../http/xml.ts";
import { bucketOf, type Call, type Operation } from "./operation.ts";

const about = { level: "bucket", marks: ["versioning"] } as const;

export const versioningOperations: readonly Operation[] = [
  { name: "GetBucketVersioning", method: "GET", ...about, handle: getBucketVersioning },
  { name: "PutBucketVersioning", method: "PUT", ...about, body: "document", handle: putBucketVersioning },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html */
function getBucketVersioning(call: Call): Reply {
  return documentReply(xmlDocument("VersioningConfiguration", { Status: bucketOf(call).versioning }));
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html */
function putBucketVersioning(call: Call): Reply {
  const configuration = parseXml(call.document, "VersioningConfiguration");
  const status = textOf(configuration, "Status")?.trim();
  if (configuration.has("MfaDelete")) throw new S3Error("NotImplemented", "MfaDelete is not implemented.");
  if (status !== "Enabled" && status !== "Suspended") {
    throw new S3Error("IllegalVersioningConfigurationException");
  }
  bucketOf(call).versioning = status;
  return { status: 200 };
}
