import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import type { S3Request } from "../http/request.ts";
import { xmlDocument } from "../http/xml.ts";
import type { Bucket } from "../store/buckets.ts";
import type { ObjectProperties, StoredObject } from "../store/object-version.ts";
import { readChecksumAlgorithm } from "./checksum-request.ts";
import { checkWriteConditions } from "./conditions.ts";
import { withCopiedBytes } from "./copied-bytes.ts";
import { type CopySource, checkCopySize, findCopySource } from "./copy-source.ts";
import { encryptionHeaders, etagOf, namesEncryption } from "./encryption.ts";
import { readNewObject } from "./new-object.ts";
import { redirectHeader, redirectLocation } from "./object-headers.ts";
import { bucketOf, type Call, currentSecond, keyOf, type Operation } from "./operation.ts";
import { addVersion, newVersionId, writtenVersionHeader } from "./versions.ts";

export const copyObjectOperations: readonly Operation[] = [
  { name: "CopyObject", method: "PUT", level: "object", marks: ["x-amz-copy-source"], handle: copyObject },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
async function copyObject(call: Call): Promise<Reply> {
  const { request, state } = call;
  const bucket = bucketOf(call);
  if (request.headers.has("x-amz-copy-source-range")) {
    throw new S3Error("NotImplemented", "CopyObject copies no ranges: UploadPartCopy does.");
  }
  const source = findCopySource(call);
  checkCopySize(source.object.sizeBytes);
  const properties = copiedProperties(call, bucket, source.object);
  checkCopyChanges(call, source, properties);
  const algorithm = readChecksumAlgorithm(request) ?? source.object.checksum?.algorithm;
  return withCopiedBytes(state, source.object, source.object.body, algorithm, ({ checksum, ...bytes }) => {
    checkWriteConditions(request, bucket.objects.get(keyOf(call)));
    const copy: StoredObject = {
      kind: "object",
      key: keyOf(call),
      versionId: newVersionId(bucket),
      etag: etagOf(bytes.md5, properties.encryption),
      lastModified: currentSecond(state),
      ...bytes,
      ...properties,
      checksum: checksum && { ...checksum, type: "FULL_OBJECT" },
      parts: undefined,
    };
    addVersion(state, bucket, copy);
    return documentReply(copyResult(copy), {
      ...source.versionHeader,
      ...writtenVersionHeader(copy),
      ...encryptionHeaders(copy.encryption),
    });
  });
}

function copyResult({ etag, lastModified, checksum }: StoredObject): string {
  return xmlDocument("CopyObjectResult", {
    LastModified: lastModified.toISOString(),
    ETag: `"${etag}"`,
    ChecksumType: checksum?.type,
    ...(checksum && { [`Checksum${checksum.algorithm}`]: checksum.value }),
  });
}

/**
 * Headers, metadata and tags are the source's unless they are to be replaced. The rest is what the request says, and
 * where it says nothing not what the source has but what a new object would get.
 */
function copiedProperties(call: Call, bucket: Bucket, source: StoredObject): ObjectProperties {
  const { request } = call;
  const said = readNewObject(call, bucket);
  return {
    ...said,
    headers: replaces(request, "metadata") ? said.headers : { ...keptHeaders(source), ...redirectLocation(request) },
    tags: replaces(request, "tagging") ? said.tags : source.tags,
  };
}

function keptHeaders({ headers }: StoredObject): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== redirectHeader));
}

function replaces({ headers }: S3Request, what: "metadata" | "tagging"): boolean {
  const name = `x-amz-${what}-directive`;
  const directive = headers.get(name) ?? "COPY";
  if (directive !== "COPY" && directive !== "REPLACE") {
    throw new S3Error("InvalidArgument", `Unknown ${what} directive.`, {
      elements: { ArgumentName: name, ArgumentValue: directive },
    });
  }
  return directive === "REPLACE";
}

/**
 * A copy of an object onto itself must be for something. An older version that is copied over the current one is: it
 * is how a version is brought back.
 */
function checkCopyChanges(call: Call, { bucket, object, isVersionNamed }: CopySource, copy: ObjectProperties): void {
  const { request } = call;
  if (bucket !== bucketOf(call) || object.key !== keyOf(call)) return;
  if (isVersionNamed && bucket.objects.get(object.key) !== object) return;
  const isSaid = ["x-amz-storage-class", redirectHeader].some((name) => request.headers.has(name));
  const isEncryptedAnew = JSON.stringify(copy.encryption) !== JSON.stringify(object.encryption);
  if (replaces(request, "metadata") || isSaid || namesEncryption(request) || isEncryptedAnew) return;
  throw new S3Error(
    "InvalidRequest",
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}
