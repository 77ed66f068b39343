import { checksumHeaderName } from "../body/checksum-algorithms.ts";
import type { Reply } from "../http/reply.ts";
import type { StoredObject } from "../store/object-version.ts";
import { checkWriteConditions } from "./conditions.ts";
import { encryptionHeaders, etagOf } from "./encryption.ts";
import { readNewObject } from "./new-object.ts";
import { bucketOf, type Call, currentSecond, keyOf, type Operation } from "./operation.ts";
import { withStoredBody } from "./stored-body.ts";
import { addVersion, newVersionId, writtenVersionHeader } from "./versions.ts";

export const putObjectOperations: readonly Operation[] = [
  { name: "PutObject", method: "PUT", level: "object", body: "object", handle: putObject },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
async function putObject(call: Call): Promise<Reply> {
  const { request, state } = call;
  const bucket = bucketOf(call);
  const properties = readNewObject(call, bucket);
  return withStoredBody(call, undefined, ({ checksum, ...stored }) => {
    checkWriteConditions(request, bucket.objects.get(keyOf(call)));
    const object: StoredObject = {
      kind: "object",
      key: keyOf(call),
      versionId: newVersionId(bucket),
      etag: etagOf(stored.md5, properties.encryption),
      lastModified: currentSecond(state),
      ...stored,
      ...properties,
      checksum: checksum && { ...checksum, type: "FULL_OBJECT" },
      parts: undefined,
    };
    addVersion(state, bucket, object);
    return { status: 200, headers: writtenHeaders(object) };
  });
}

function writtenHeaders(object: StoredObject): Record<string, string> {
  const { checksum } = object;
  return {
    etag: `"${object.etag}"`,
    ...writtenVersionHeader(object),
    ...encryptionHeaders(object.encryption),
    ...(checksum && { [checksumHeaderName(checksum.algorithm)]: checksum.value, "x-amz-checksum-type": checksum.type }),
  };
}
