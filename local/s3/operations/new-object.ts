import type { Bucket } from "../store/buckets.ts";
import type { ObjectProperties } from "../store/object-version.ts";
import { readEncryption } from "./encryption.ts";
import { ownGrants, readGrants } from "./grants.ts";
import { checkKey, readObjectHeaders, readStorageClass } from "./object-headers.ts";
import { type Call, keyOf } from "./operation.ts";
import { readTagHeader } from "./tags.ts";

/**
 * Reads and checks what the headers of PutObject, CopyObject or CreateMultipartUpload say about the new object.
 * @throws S3Error KeyTooLongError, and those of what is read
 */
export function readNewObject(call: Call, bucket: Bucket): ObjectProperties {
  const { request, state } = call;
  checkKey(keyOf(call));
  return {
    headers: readObjectHeaders(request),
    storageClass: readStorageClass(request),
    tags: readTagHeader(request.headers),
    encryption: readEncryption(request, bucket, state.region),
    grants: readGrants(request, bucket) ?? ownGrants(),
  };
}
