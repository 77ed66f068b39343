import { checksumHeaderName } from "../body/checksum-algorithms.ts";
import { S3Error } from "../http/errors.ts";
import type { Reply } from "../http/reply.ts";
import type { ObjectChecksum } from "../store/objects.ts";
import { checkWriteConditions } from "./conditions.ts";
import { readNewObjectHeaders } from "./object-headers.ts";
import { bucketOf, type Call, currentSecond, keyOf, type Operation } from "./operation.ts";
import { withStoredBody } from "./stored-body.ts";

export const writeOperations: readonly Operation[] = [
  { name: "PutObject", method: "PUT", level: "object", body: "object", handle: putObject },
  { name: "DeleteObject", method: "DELETE", level: "object", handle: deleteObject },
];

async function putObject(call: Call): Promise<Reply> {
  const { request, world } = call;
  const { objects } = bucketOf(call);
  const about = readNewObjectHeaders(request);
  return withStoredBody(call, undefined, ({ body, sizeBytes, md5, checksum }) => {
    checkWriteConditions(request, objects.get(keyOf(call)));
    const kept: ObjectChecksum | undefined = checksum && { ...checksum, type: "FULL_OBJECT" };
    const etag = md5.toString("hex");
    const previous = objects.put({
      key: keyOf(call),
      body,
      sizeBytes,
      etag,
      lastModified: currentSecond(world),
      ...about,
      checksum: kept,
      parts: undefined,
    });
    if (previous !== undefined) world.bodies.release(previous.body);
    return {
      status: 200,
      headers: {
        etag: `"${etag}"`,
        ...(kept && { [checksumHeaderName(kept.algorithm)]: kept.value, "x-amz-checksum-type": kept.type }),
      },
    };
  });
}

/** Deleting what is not there succeeds. */
function deleteObject(call: Call): Reply {
  if (call.request.headers.has("if-match")) {
    throw new S3Error("NotImplemented", undefined, { elements: { Header: "If-Match" } });
  }
  const deleted = bucketOf(call).objects.delete(keyOf(call));
  if (deleted !== undefined) call.world.bodies.release(deleted.body);
  return { status: 204 };
}
