import { S3Error } from "../http/errors.ts";
import type { Reply } from "../http/reply.ts";
import type { Bucket } from "../store/buckets.ts";
import type { DeleteMarker, ObjectVersion } from "../store/object-version.ts";
import { bucketOf, type Call, currentSecond, keyOf, type Operation, type ServerState } from "./operation.ts";
import { addVersion, newVersionId, requestedVersionId } from "./versions.ts";

export const deleteObjectOperations: readonly Operation[] = [
  { name: "DeleteObject", method: "DELETE", level: "object", optionalMarks: ["versionId"], handle: deleteObject },
];

/** What a deletion has done. */
export interface Deletion {
  /** The version that is gone for good, by the id that the request named. */
  readonly removedVersionId?: string;
  /** The delete marker that was made, or that is gone. */
  readonly deleteMarkerVersionId?: string;
}

/**
 * Deletes a version for good, or hides the object behind a delete marker where the bucket keeps versions. To delete
 * what is not there succeeds.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
 * @param versionId undefined for the object as a whole
 */
export function deleteFrom(state: ServerState, bucket: Bucket, key: string, versionId: string | undefined): Deletion {
  if (versionId !== undefined) {
    const removed = remove(state, bucket, key, versionId);
    return {
      removedVersionId: versionId,
      ...(removed?.kind === "deleteMarker" && { deleteMarkerVersionId: versionId }),
    };
  }
  const id = newVersionId(bucket);
  if (bucket.versioning === undefined) {
    remove(state, bucket, key, id);
    return {};
  }
  const marker: DeleteMarker = { kind: "deleteMarker", key, versionId: id, lastModified: currentSecond(state) };
  addVersion(state, bucket, marker);
  return { deleteMarkerVersionId: id };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
function deleteObject(call: Call): Reply {
  if (call.request.headers.has("if-match")) {
    throw new S3Error("NotImplemented", undefined, { elements: { Header: "If-Match" } });
  }
  const versionId = requestedVersionId(call.request);
  const { removedVersionId, deleteMarkerVersionId } = deleteFrom(call.state, bucketOf(call), keyOf(call), versionId);
  const told = removedVersionId ?? deleteMarkerVersionId;
  return {
    status: 204,
    headers: {
      ...(told !== undefined && { "x-amz-version-id": told }),
      ...(deleteMarkerVersionId !== undefined && { "x-amz-delete-marker": "true" }),
    },
  };
}

function remove(
  { bodies }: ServerState,
  { objects }: Bucket,
  key: string,
  versionId: string,
): ObjectVersion | undefined {
  const removed = objects.remove(key, versionId);
  if (removed?.kind === "object") bodies.release(removed.body);
  return removed;
}
