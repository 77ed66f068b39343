import { randomBytes } from "node:crypto";
import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";
import type { Bucket } from "../store/buckets.ts";
import { nullVersionId, type ObjectVersion, type StoredObject } from "../store/object-version.ts";
import type { ServerState } from "./operation.ts";

/** Version ids have no order and no meaning: 32 characters that need no escape in a URL, like S3's own. */
const versionIdBytes = 24;
const versionIdPattern = /^[\w.-]{32}$/;

/**
 * The version that a request names in its query.
 * @throws S3Error InvalidArgument when it cannot be the id of one
 */
export function requestedVersionId({ query }: S3Request): string | undefined {
  const versionId = query.get("versionId");
  if (versionId !== undefined) checkVersionId(versionId);
  return versionId;
}

/** @throws S3Error InvalidArgument when the text cannot be the id of a version */
export function checkVersionId(versionId: string): void {
  if (isVersionId(versionId)) return;
  throw new S3Error("InvalidArgument", "Invalid version id specified", {
    elements: { ArgumentName: "versionId", ArgumentValue: versionId },
  });
}

/** Whether the text may be the id of a version. */
export function isVersionId(text: string): boolean {
  return text === nullVersionId || versionIdPattern.test(text);
}

/** The id of a version that is about to be written: one of its own only while the bucket keeps versions. */
export function newVersionId({ versioning }: Bucket): string {
  return versioning === "Enabled" ? randomBytes(versionIdBytes).toString("base64url") : nullVersionId;
}

/**
 * Finds the object that a request reads.
 * @param versionId undefined for the current version
 * @throws S3Error NoSuchKey, NoSuchVersion, MethodNotAllowed when the version is a delete marker
 */
export function findObject(bucket: Bucket, key: string, versionId: string | undefined): StoredObject {
  const versions = bucket.objects.versions(key);
  const version = versionId === undefined ? versions[0] : versions.find((other) => other.versionId === versionId);
  if (version?.kind === "object") return version;
  if (versionId !== undefined && version === undefined) {
    throw new S3Error("NoSuchVersion", undefined, { elements: { Key: key, VersionId: versionId } });
  }
  const headers = version === undefined ? {} : { "x-amz-delete-marker": "true", ...versionHeader(bucket, version) };
  if (version === undefined || versionId === undefined) {
    throw new S3Error("NoSuchKey", undefined, { elements: { Key: key }, headers });
  }
  throw new S3Error("MethodNotAllowed", undefined, {
    elements: { Method: "GET", ResourceType: "DeleteMarker" },
    headers: { ...headers, allow: "DELETE", "last-modified": version.lastModified.toUTCString() },
  });
}

/** The header with an answer's version, used in buckets that keep versions or once did. */
export function versionHeader({ versioning }: Bucket, { versionId }: ObjectVersion): Record<string, string> {
  return versioning === undefined ? {} : { "x-amz-version-id": versionId };
}

/** The header with the version that a write made, used only if the version has its own id. */
export function writtenVersionHeader({ versionId }: ObjectVersion): Record<string, string> {
  return versionId === nullVersionId ? {} : { "x-amz-version-id": versionId };
}

/** Makes a version the current one, and lets go of what it replaces. */
export function addVersion({ bodies }: ServerState, { objects }: Bucket, version: ObjectVersion): void {
  const replaced = objects.add(version);
  if (replaced?.kind === "object") bodies.release(replaced.body);
}
