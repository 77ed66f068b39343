import { readSignatureClaim } from "../auth/signature-claim.ts";
import { type ChecksumAlgorithm, checksumAlgorithms, checksumHeaderName } from "../body/checksum-algorithms.ts";
import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import type { S3Request } from "../http/request.ts";
import { xmlDocument } from "../http/xml.ts";
import type { MultipartUpload, UploadedPart } from "../store/uploads.ts";
import { readChecksumAlgorithm } from "./checksum-request.ts";
import { checkUploadKey, readCustomerKey } from "./customer-key.ts";
import { encryptionHeaders, etagOf } from "./encryption.ts";
import { readNewObject } from "./new-object.ts";
import { bucketOf, type Call, currentSecond, keyOf, type Operation } from "./operation.ts";
import { partNumberToUpload } from "./query-numbers.ts";
import { withStoredBody } from "./stored-body.ts";

export const multipartOperations: readonly Operation[] = [
  { name: "CreateMultipartUpload", method: "POST", level: "object", marks: ["uploads"], handle: createMultipartUpload },
  {
    name: "UploadPart",
    method: "PUT",
    level: "object",
    marks: ["partNumber", "uploadId"],
    body: "object",
    handle: uploadPart,
  },
  {
    name: "AbortMultipartUpload",
    method: "DELETE",
    level: "object",
    marks: ["uploadId"],
    handle: abortMultipartUpload,
  },
];

/** The upload that a call names. @throws S3Error NoSuchUpload, NoSuchBucket */
export function uploadOf(call: Call): MultipartUpload {
  const uploadId = call.request.query.get("uploadId") ?? "";
  const upload = bucketOf(call).uploads.get(uploadId);
  if (upload === undefined || upload.key !== keyOf(call)) {
    throw new S3Error("NoSuchUpload", undefined, { elements: { UploadId: uploadId } });
  }
  return upload;
}

function createMultipartUpload(call: Call): Reply {
  const { request, state } = call;
  const bucket = bucketOf(call);
  const checksum = readUploadChecksum(request);
  const upload = bucket.uploads.start({
    key: keyOf(call),
    initiated: currentSecond(state),
    initiatorArn: initiatorOf(call),
    ...readNewObject(call, bucket),
    checksum,
  });
  return documentReply(
    xmlDocument("InitiateMultipartUploadResult", { Bucket: bucket.name, Key: upload.key, UploadId: upload.uploadId }),
    {
      ...encryptionHeaders(upload.encryption),
      ...(checksum && { "x-amz-checksum-algorithm": checksum.algorithm, "x-amz-checksum-type": checksum.type }),
    },
  );
}

function initiatorOf({ request, state }: Call): string | undefined {
  const isSigned = request.presigned || request.wireHeaders.has("authorization");
  return isSigned ? state.arnOf(readSignatureClaim(request).accessKeyId) : undefined;
}

function readUploadChecksum(request: S3Request): MultipartUpload["checksum"] {
  const algorithm = readChecksumAlgorithm(request);
  const typeName = request.headers.get("x-amz-checksum-type")?.toUpperCase();
  if (algorithm === undefined) {
    if (typeName === undefined) return undefined;
    throw new S3Error(
      "InvalidRequest",
      "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
    );
  }
  const { types } = checksumAlgorithms[algorithm];
  const type = typeName === undefined ? types[0] : types.find((allowed) => allowed === typeName);
  if (type === undefined) {
    throw new S3Error(
      "InvalidRequest",
      `The ${typeName} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { algorithm, type };
}

async function uploadPart(call: Call): Promise<Reply> {
  const { request } = call;
  const upload = uploadOf(call);
  const partNumber = partNumberToUpload(request);
  checkPartKey(call, upload);
  checkPartAlgorithm(upload, call.incoming.declaration.checksum?.algorithm);
  return withStoredBody(call, upload.checksum?.algorithm, ({ checksum, ...stored }) => {
    const { etag } = keepPart(call, partNumber, { ...stored, checksum: checksum?.value });
    return {
      status: 200,
      headers: {
        etag: `"${etag}"`,
        ...encryptionHeaders(upload.encryption),
        ...(checksum && { [checksumHeaderName(checksum.algorithm)]: checksum.value }),
      },
    };
  });
}

/** Checks that a part comes with the SSE-C key of its upload. @throws S3Error InvalidRequest and those of readCustomerKey */
export function checkPartKey({ request }: Call, { encryption }: MultipartUpload): void {
  checkUploadKey(encryption, readCustomerKey(request, "x-amz-server-side-encryption-customer"));
}

/**
 * Checks the SSE-C key of a request about the parts as they are: it is needed where those have checksums to be returned or
 * joined, and must be right wherever it is given.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 * @throws S3Error InvalidRequest and those of readCustomerKey
 */
export function checkKeyForChecksums(call: Call, upload: MultipartUpload): void {
  const isGiven = call.request.headers.has("x-amz-server-side-encryption-customer-algorithm");
  if (isGiven || upload.checksum !== undefined) checkPartKey(call, upload);
}

/**
 * Makes bytes a part of the call's upload, which replaces an earlier part of that number.
 * @throws S3Error NoSuchUpload: the upload may have been completed or aborted while the part was on its way
 */
export function keepPart(
  call: Call,
  partNumber: number,
  bytes: Pick<UploadedPart, "body" | "sizeBytes" | "md5" | "checksum">,
): UploadedPart {
  const { encryption, parts } = uploadOf(call);
  const previous = parts.get(partNumber);
  const lastModified = currentSecond(call.state);
  const part = { ...bytes, partNumber, etag: etagOf(bytes.md5, encryption), lastModified };
  parts.set(partNumber, part);
  if (previous !== undefined) call.state.bodies.release(previous.body);
  return part;
}

/**
 * A part's checksum is of the upload's algorithm. It may be missing where the type is FULL_OBJECT: then the part's
 * share of it is computed here.
 */
function checkPartAlgorithm({ checksum }: MultipartUpload, declared: ChecksumAlgorithm | undefined): void {
  if (declared === checksum?.algorithm) return;
  if (declared === undefined && checksum?.type === "FULL_OBJECT") return;
  throw new S3Error(
    "InvalidRequest",
    `Checksum Type mismatch occurred, expected checksum Type: ${checksum?.algorithm.toLowerCase() ?? "null"}, actual checksum Type: ${declared?.toLowerCase() ?? "null"}`,
  );
}

function abortMultipartUpload(call: Call): Reply {
  const upload = uploadOf(call);
  bucketOf(call).uploads.delete(upload.uploadId);
  for (const part of upload.parts.values()) call.state.bodies.release(part.body);
  return { status: 204 };
}
