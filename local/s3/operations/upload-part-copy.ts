import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import type { S3Request } from "../http/request.ts";
import { xmlDocument } from "../http/xml.ts";
import { bodyRange } from "../store/bodies.ts";
import { withCopiedBytes } from "./copied-bytes.ts";
import { checkCopySize, findCopySource } from "./copy-source.ts";
import { encryptionHeaders } from "./encryption.ts";
import { checkPartKey, keepPart, uploadOf } from "./multipart.ts";
import type { Call, Operation } from "./operation.ts";
import { partNumberToUpload } from "./query-numbers.ts";

export const uploadPartCopyOperations: readonly Operation[] = [
  {
    name: "UploadPartCopy",
    method: "PUT",
    level: "object",
    marks: ["partNumber", "uploadId", "x-amz-copy-source"],
    handle: uploadPartCopy,
  },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
async function uploadPartCopy(call: Call): Promise<Reply> {
  const { request, state } = call;
  const upload = uploadOf(call);
  const partNumber = partNumberToUpload(request);
  checkPartKey(call, upload);
  const { object, versionHeader } = findCopySource(call);
  const [start, end] = readRange(request, object.sizeBytes);
  checkCopySize(end - start);
  const body = bodyRange(object.body, start, end);
  return withCopiedBytes(state, object, body, upload.checksum?.algorithm, (copied) => {
    const part = keepPart(call, partNumber, { ...copied, checksum: copied.checksum?.value });
    return documentReply(
      xmlDocument("CopyPartResult", {
        LastModified: part.lastModified.toISOString(),
        ETag: `"${part.etag}"`,
        ...(copied.checksum && { [`Checksum${copied.checksum.algorithm}`]: copied.checksum.value }),
      }),
      { ...versionHeader, ...encryptionHeaders(upload.encryption) },
    );
  });
}

/** The bytes from the first up to, not including, the second: all of them, or those of `bytes=first-last`. */
function readRange({ headers }: S3Request, sizeBytes: number): readonly [start: number, end: number] {
  const text = headers.get("x-amz-copy-source-range");
  if (text === undefined) return [0, sizeBytes];
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  if (first === undefined || last === undefined || Number(first) > Number(last)) {
    throw invalidRange(
      text,
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
    );
  }
  if (Number(last) >= sizeBytes) {
    throw invalidRange(text, `Range specified is not valid for source object of size: ${sizeBytes}`);
  }
  return [Number(first), Number(last) + 1];
}

function invalidRange(value: string, message: string): S3Error {
  return new S3Error("InvalidArgument", message, {
    elements: { ArgumentName: "x-amz-copy-source-range", ArgumentValue: value },
  });
}
