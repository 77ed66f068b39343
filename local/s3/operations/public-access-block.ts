import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import { parseXml, textOf, xmlDocument } from "../http/xml.ts";
import { type PublicAccessBlock, publicAccessSettings } from "../store/buckets.ts";
import { bucketOf, type Call, type Operation } from "./operation.ts";

const about = { level: "bucket", marks: ["publicAccessBlock"] } as const;
const root = "PublicAccessBlockConfiguration";

export const publicAccessBlockOperations: readonly Operation[] = [
  { name: "GetPublicAccessBlock", method: "GET", ...about, handle: getPublicAccessBlock },
  { name: "PutPublicAccessBlock", method: "PUT", ...about, body: "document", handle: putPublicAccessBlock },
  { name: "DeletePublicAccessBlock", method: "DELETE", ...about, handle: deletePublicAccessBlock },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html */
function getPublicAccessBlock(call: Call): Reply {
  const { name, publicAccessBlock } = bucketOf(call);
  if (publicAccessBlock === undefined) {
    throw new S3Error("NoSuchPublicAccessBlockConfiguration", undefined, { elements: { BucketName: name } });
  }
  return documentReply(xmlDocument(root, publicAccessBlock));
}

/** A setting that the document lacks is off. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html */
function putPublicAccessBlock(call: Call): Reply {
  const configuration = parseXml(call.document, root);
  const settings = publicAccessSettings.map((name) => [
    name,
    textOf(configuration, name)?.trim().toLowerCase() === "true",
  ]);
  changeBlock(call, Object.fromEntries(settings) as PublicAccessBlock);
  return { status: 200 };
}

function deletePublicAccessBlock(call: Call): Reply {
  changeBlock(call, undefined);
  return { status: 204 };
}

function changeBlock(call: Call, block: PublicAccessBlock | undefined): void {
  const bucket = bucketOf(call);
  bucket.publicAccessBlock = block;
  bucket.refusalsLeft = call.state.refusalsAfterBlockChange;
}
