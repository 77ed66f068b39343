import { S3Error } from "../http/errors.ts";
import type { StoredObject } from "../store/object-version.ts";

/** The storage classes from which an object must be restored before it can be read. */
const archives = new Set(["GLACIER", "DEEP_ARCHIVE"]);

/**
 * Nothing is ever restored here: an archived object can be listed, asked for by HEAD, replaced and deleted.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html
 * @throws S3Error InvalidObjectState
 */
export function checkReadable({ storageClass }: StoredObject): void {
  if (!archives.has(storageClass)) return;
  throw new S3Error("InvalidObjectState", undefined, { elements: { StorageClass: storageClass } });
}
