import { documentReply, type Reply } from "../http/reply.ts";
import { xmlDocument } from "../http/xml.ts";
import type { StoredObject, Tag } from "../store/object-version.ts";
import { bucketOf, type Call, keyOf, type Operation } from "./operation.ts";
import { readTagDocument } from "./tags.ts";
import { findObject, requestedVersionId, versionHeader } from "./versions.ts";

const about = { level: "object", marks: ["tagging"], optionalMarks: ["versionId"] } as const;

export const taggingOperations: readonly Operation[] = [
  { name: "GetObjectTagging", method: "GET", ...about, handle: getObjectTagging },
  { name: "PutObjectTagging", method: "PUT", ...about, body: "document", handle: putObjectTagging },
  { name: "DeleteObjectTagging", method: "DELETE", ...about, handle: deleteObjectTagging },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
function getObjectTagging(call: Call): Reply {
  const object = addressed(call);
  const elements = object.tags.map(({ key, value }) => ({ Key: key, Value: value }));
  return documentReply(
    xmlDocument("Tagging", { TagSet: elements.length === 0 ? "" : { Tag: elements } }),
    versionHeader(bucketOf(call), object),
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
function putObjectTagging(call: Call): Reply {
  return replaceTags(call, readTagDocument(call.document), 200);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html */
function deleteObjectTagging(call: Call): Reply {
  return replaceTags(call, [], 204);
}

/** Tags belong to a version, and to change them makes no new one. */
function replaceTags(call: Call, tags: readonly Tag[], status: number): Reply {
  const object = addressed(call);
  bucketOf(call).objects.update({ ...object, tags });
  return { status, headers: versionHeader(bucketOf(call), object) };
}

function addressed(call: Call): StoredObject {
  return findObject(bucketOf(call), keyOf(call), requestedVersionId(call.request));
}
