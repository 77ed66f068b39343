import { checksumAlgorithmNames, checksumHeaderName } from "../body/checksum-algorithms.ts";
import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import { childrenOf, type ParsedXml, parseXml, textOf, type XmlElements, xmlDocument } from "../http/xml.ts";
import { type Deletion, deleteFrom } from "./delete-object.ts";
import { bucketOf, type Call, type Operation } from "./operation.ts";
import { isVersionId } from "./versions.ts";

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
  const bucket = bucketOf(call);
  const request = parseXml(call.document, "Delete");
  const objects = (request.get("Object") ?? []).map(readObject);
  if (objects.length === 0 || objects.length > maxObjects) throw new S3Error("MalformedXML");
  const isQuiet = textOf(request, "Quiet")?.trim() === "true";
  const known = objects.filter(({ versionId }) => versionId === undefined || isVersionId(versionId));
  const deleted = known.map(({ key, versionId }) =>
    deletedElements(key, deleteFrom(call.state, bucket, key, versionId)),
  );
  const errors = objects.filter((object) => !known.includes(object)).map(errorElements);
  return documentReply(xmlDocument("DeleteResult", { Deleted: isQuiet ? [] : deleted, Error: errors }));
}

/** An object, or one version of it, as the request lists it. */
interface ListedObject {
  readonly key: string;
  readonly versionId: string | undefined;
}

function deletedElements(key: string, { removedVersionId, deleteMarkerVersionId }: Deletion): XmlElements {
  return {
    Key: key,
    VersionId: removedVersionId,
    DeleteMarker: deleteMarkerVersionId === undefined ? undefined : true,
    DeleteMarkerVersionId: deleteMarkerVersionId,
  };
}

/** What cannot be the id of a version leaves the other deletions alone. */
function errorElements({ key, versionId }: ListedObject): XmlElements {
  const { code, message } = new S3Error("NoSuchVersion");
  return { Key: key, VersionId: versionId, Code: code, Message: message };
}

/** A request that names what to delete must not be damaged on its way. */
function checkIntegrityHeader(headers: ReadonlyMap<string, string>): void {
  const names = ["content-md5", "x-amz-trailer", ...checksumAlgorithmNames.map(checksumHeaderName)];
  if (names.some((name) => headers.has(name))) return;
  throw new S3Error("InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
}

function readObject(object: ParsedXml): ListedObject {
  const children = childrenOf(object);
  const other = [...children.keys()].find((name) => name !== "Key" && name !== "VersionId");
  if (other !== undefined) throw new S3Error("NotImplemented", `${other} in DeleteObjects is not implemented.`);
  const key = textOf(children, "Key");
  if (key === undefined || key === "") throw new S3Error("MalformedXML");
  return { key, versionId: textOf(children, "VersionId") };
}
