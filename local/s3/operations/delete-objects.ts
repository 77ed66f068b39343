import { checksumAlgorithmNames, checksumHeaderName } from "../body/checksum-algorithms.ts";
import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import { childrenOf, type ParsedXml, parseXml, textOf, xmlDocument } from "../http/xml.ts";
import { bucketOf, type Call, type Operation } from "./operation.ts";

const maxObjects = 1000;

export const deleteObjectsOperations: readonly Operation[] = [
  {
    name: "DeleteObjects",
    method: "POST",
    level: "bucket",
    marks: ["delete"],
    body: "document",
    handle: deleteObjects,
  },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
function deleteObjects(call: Call): Reply {
  checkIntegrityHeader(call.request.headers);
  const { objects } = bucketOf(call);
  const request = parseXml(call.document, "Delete");
  const keys = (request.get("Object") ?? []).map(readKey);
  if (keys.length === 0 || keys.length > maxObjects) throw new S3Error("MalformedXML");
  for (const key of keys) {
    const deleted = objects.delete(key);
    if (deleted !== undefined) call.world.bodies.release(deleted.body);
  }
  const isQuiet = textOf(request, "Quiet")?.trim() === "true";
  return documentReply(xmlDocument("DeleteResult", { Deleted: isQuiet ? [] : keys.map((Key) => ({ Key })) }));
}

/** A request that names what to delete must not be damaged on its way. */
function checkIntegrityHeader(headers: ReadonlyMap<string, string>): void {
  const names = ["content-md5", "x-amz-trailer", ...checksumAlgorithmNames.map(checksumHeaderName)];
  if (names.some((name) => headers.has(name))) return;
  throw new S3Error("InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
}

function readKey(object: ParsedXml): string {
  const children = childrenOf(object);
  const other = [...children.keys()].find((name) => name !== "Key");
  if (other !== undefined) throw new S3Error("NotImplemented", `${other} in DeleteObjects is not implemented.`);
  const key = textOf(children, "Key");
  if (key === undefined || key === "") throw new S3Error("MalformedXML");
  return key;
}
