import { checksumHeaderName } from "../body/checksum-algorithms.ts";
import type { Reply } from "../http/reply.ts";
import type { S3Request } from "../http/request.ts";
import type { StoredObject } from "../store/object-version.ts";
import { checkReadable } from "./archived.ts";
import { isNotModified } from "./conditions.ts";
import { checkCustomerKey, readCustomerKey } from "./customer-key.ts";
import { checkNoEncryptionAsked, encryptionHeaders } from "./encryption.ts";
import { type Admitted, bucketOf, keyOf, type Operation } from "./operation.ts";
import { type Selection, selectBytes } from "./ranges.ts";
import { findObject, requestedVersionId, versionHeader } from "./versions.ts";

/** Query parameters of GetObject and HeadObject that replace a header of the answer. */
const overrides = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
];

const about = { level: "object", optionalMarks: ["partNumber", "versionId"] } as const;

export const readOperations: readonly Operation[] = [
  { name: "GetObject", method: "GET", ...about, handle: getObject },
  { name: "HeadObject", method: "HEAD", ...about, handle: headObject },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function getObject(call: Admitted): Reply {
  const { reply, object, selection } = readHead(call);
  checkReadable(object);
  if (selection === undefined || selection.start === selection.end) return reply;
  call.state.bodies.retain(object.body);
  return { ...reply, content: { body: object.body, start: selection.start, end: selection.end } };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export function headObject(call: Admitted): Reply {
  return readHead(call).reply;
}

interface Head {
  /** The answer without its content. */
  readonly reply: Reply;
  readonly object: StoredObject;
  /** The content; undefined if the client has it already. */
  readonly selection?: Selection;
}

function readHead(call: Admitted): Head {
  const { request } = call;
  const bucket = bucketOf(call);
  checkNoEncryptionAsked(request);
  const object = findObject(bucket, keyOf(call), requestedVersionId(request));
  checkCustomerKey(object.encryption, readCustomerKey(request, "x-amz-server-side-encryption-customer"));
  if (isNotModified(request, object)) return { reply: { status: 304, headers: validators(object) }, object };
  const selection = selectBytes(request, object);
  const headers = {
    ...validators(object),
    ...versionHeader(bucket, object),
    ...object.headers,
    ...encryptionHeaders(object.encryption),
    ...(object.tags.length > 0 && { "x-amz-tagging-count": String(object.tags.length) }),
    ...selectionHeaders(selection, object),
    ...(object.storageClass === "STANDARD" ? {} : { "x-amz-storage-class": object.storageClass }),
    ...checksumHeaders(request, selection, object),
    ...overriddenHeaders(request),
  };
  return { reply: { status: selection.kind === "whole" ? 200 : 206, headers }, object, selection };
}

function validators(object: StoredObject): Record<string, string> {
  return { "last-modified": object.lastModified.toUTCString(), etag: `"${object.etag}"` };
}

function selectionHeaders({ start, end, kind }: Selection, object: StoredObject): Record<string, string> {
  const isEmpty = start === end;
  return {
    "accept-ranges": "bytes",
    "content-length": String(end - start),
    ...(kind === "whole" || isEmpty ? {} : { "content-range": `bytes ${start}-${end - 1}/${object.sizeBytes}` }),
    ...(kind === "part" && object.parts !== undefined ? { "x-amz-mp-parts-count": String(object.parts.length) } : {}),
  };
}

/** A checksum is answered only beside all the bytes it is of: the object's, or those of a part. */
function checksumHeaders(request: S3Request, selection: Selection, object: StoredObject): Record<string, string> {
  const { checksum } = object;
  if (checksum === undefined || request.headers.get("x-amz-checksum-mode")?.toUpperCase() !== "ENABLED") return {};
  if (selection.kind === "range") return {};
  const value = selection.part === undefined ? checksum.value : selection.part.checksum;
  if (value === undefined) return {};
  return { [checksumHeaderName(checksum.algorithm)]: value, "x-amz-checksum-type": checksum.type };
}

function overriddenHeaders({ query }: S3Request): Record<string, string> {
  return Object.fromEntries(
    overrides.flatMap((name) => {
      const value = query.get(`response-${name}`);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
