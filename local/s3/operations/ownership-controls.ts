import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import { childrenOf, parseXml, textOf, xmlDocument } from "../http/xml.ts";
import { type ObjectOwnership, objectOwnerships } from "../store/buckets.ts";
import { bucketOf, type Call, type Operation } from "./operation.ts";

const about = { level: "bucket", marks: ["ownershipControls"] } as const;

export const ownershipControlsOperations: readonly Operation[] = [
  { name: "GetBucketOwnershipControls", method: "GET", ...about, handle: getOwnershipControls },
  { name: "PutBucketOwnershipControls", method: "PUT", ...about, body: "document", handle: putOwnershipControls },
  { name: "DeleteBucketOwnershipControls", method: "DELETE", ...about, handle: deleteOwnershipControls },
];

/** The object ownership of that name, or undefined. */
export function findObjectOwnership(name: string | undefined): ObjectOwnership | undefined {
  return objectOwnerships.find((ownership) => ownership === name);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html */
function getOwnershipControls(call: Call): Reply {
  const { name, ownership } = bucketOf(call);
  if (ownership === undefined) {
    throw new S3Error("OwnershipControlsNotFoundError", undefined, { elements: { BucketName: name } });
  }
  return documentReply(xmlDocument("OwnershipControls", { Rule: { ObjectOwnership: ownership } }));
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html */
function putOwnershipControls(call: Call): Reply {
  const [rule, second] = parseXml(call.document, "OwnershipControls").get("Rule") ?? [];
  const name = rule === undefined ? undefined : textOf(childrenOf(rule), "ObjectOwnership")?.trim();
  const ownership = findObjectOwnership(name);
  if (ownership === undefined || second !== undefined) throw new S3Error("MalformedXML");
  bucketOf(call).ownership = ownership;
  return { status: 200 };
}

function deleteOwnershipControls(call: Call): Reply {
  bucketOf(call).ownership = undefined;
  return { status: 204 };
}
