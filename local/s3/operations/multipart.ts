import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeaderName,
  findChecksumAlgorithm,
} from "../body/checksum-algorithms.ts";
import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import type { S3Request } from "../http/request.ts";
import { xmlDocument } from "../http/xml.ts";
import type { MultipartUpload } from "../store/uploads.ts";
import { readNewObjectHeaders } from "./object-headers.ts";
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
  const { request, world } = call;
  const { name, uploads } = bucketOf(call);
  const checksum = readUploadChecksum(request);
  const upload = uploads.start({
    key: keyOf(call),
    initiated: currentSecond(world),
    ...readNewObjectHeaders(request),
    checksum,
  });
  return documentReply(
    xmlDocument("InitiateMultipartUploadResult", { Bucket: name, Key: upload.key, UploadId: upload.uploadId }),
    checksum && { "x-amz-checksum-algorithm": checksum.algorithm, "x-amz-checksum-type": checksum.type },
  );
}

function readUploadChecksum({ headers }: S3Request): MultipartUpload["checksum"] {
  const name = headers.get("x-amz-checksum-algorithm");
  const typeName = headers.get("x-amz-checksum-type")?.toUpperCase();
  if (name === undefined) {
    if (typeName === undefined) return undefined;
    throw new S3Error(
      "InvalidRequest",
      "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
    );
  }
  const algorithm = findChecksumAlgorithm(name);
  if (algorithm === undefined) {
    throw new S3Error(
      "InvalidRequest",
      "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
    );
  }
  const { types } = checksumAlgorithms[algorithm];
  const type = typeName === undefined ? types[0] : types.find((allowed) => allowed === typeName);
  if (type === undefined) {
    throw new S3Error(
      "InvalidRequest",
      `The ${typeName} checksum type cannot be used with the ${name.toLowerCase()} checksum algorithm.`,
    );
  }
  return { algorithm, type };
}

async function uploadPart(call: Call): Promise<Reply> {
  const { request, world } = call;
  const upload = uploadOf(call);
  const partNumber = partNumberToUpload(request);
  checkPartAlgorithm(upload, call.incoming.declaration.checksum?.algorithm);
  return withStoredBody(call, upload.checksum?.algorithm, ({ body, sizeBytes, md5, checksum }) => {
    // The upload may have been completed or aborted while the part was on its way.
    const { parts } = uploadOf(call);
    const previous = parts.get(partNumber);
    parts.set(partNumber, {
      partNumber,
      body,
      sizeBytes,
      md5,
      checksum: checksum?.value,
      lastModified: currentSecond(world),
    });
    if (previous !== undefined) world.bodies.release(previous.body);
    return {
      status: 200,
      headers: {
        etag: `"${md5.toString("hex")}"`,
        ...(checksum && { [checksumHeaderName(checksum.algorithm)]: checksum.value }),
      },
    };
  });
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
  for (const part of upload.parts.values()) call.world.bodies.release(part.body);
  return { status: 204 };
}
