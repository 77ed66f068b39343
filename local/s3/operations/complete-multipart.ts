import { createHash } from "node:crypto";
import { checksumAlgorithmNames, checksumOf, isChecksumValue } from "../body/checksum-algorithms.ts";
import { combineCrcs, isCombinable } from "../body/crc-combination.ts";
import { readChecksumHeader } from "../body/declaration.ts";
import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import type { S3Request } from "../http/request.ts";
import { childrenOf, type ParsedXml, parseXml, textOf, xmlDocument } from "../http/xml.ts";
import type { ObjectChecksum, StoredObject } from "../store/object-version.ts";
import type { MultipartUpload, UploadedPart } from "../store/uploads.ts";
import { checkWriteConditions } from "./conditions.ts";
import { encryptionHeaders } from "./encryption.ts";
import { checkKeyForChecksums, uploadOf } from "./multipart.ts";
import { bucketOf, type Call, currentSecond, keyOf, type Operation } from "./operation.ts";
import { addVersion, newVersionId, writtenVersionHeader } from "./versions.ts";

const minPartBytes = 5 * 1024 * 1024;
const maxParts = 10_000;

export const completeMultipartOperations: readonly Operation[] = [
  {
    name: "CompleteMultipartUpload",
    method: "POST",
    level: "object",
    marks: ["uploadId"],
    body: "document",
    checksumOf: "object",
    handle: completeMultipartUpload,
  },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
async function completeMultipartUpload(call: Call): Promise<Reply> {
  const { request, state } = call;
  const completed = bucketOf(call).uploads.completed(request.query.get("uploadId") ?? "");
  if (completed?.key === keyOf(call) && completed.document === call.document) return completed.reply;
  const upload = uploadOf(call);
  checkKeyForChecksums(call, upload);
  const parts = selectParts(upload, readParts(call.document));
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  checkObjectSize(request, sizeBytes);
  const checksum = await wholeChecksum(upload, parts);
  checkWholeChecksum(request, checksum);
  // Computing the checksum took a while: another request may have ended the upload.
  uploadOf(call);
  const bucket = bucketOf(call);
  checkWriteConditions(request, bucket.objects.get(upload.key));
  const object: StoredObject = {
    kind: "object",
    key: upload.key,
    versionId: newVersionId(bucket),
    body: parts.flatMap((part) => part.body),
    sizeBytes,
    etag: multipartEtag(parts),
    md5: undefined,
    lastModified: currentSecond(state),
    headers: upload.headers,
    storageClass: upload.storageClass,
    tags: upload.tags,
    encryption: upload.encryption,
    grants: upload.grants,
    checksum,
    parts: parts.map((part) => ({
      partNumber: part.partNumber,
      sizeBytes: part.sizeBytes,
      checksum: checksum?.type === "COMPOSITE" ? part.checksum : undefined,
    })),
  };
  addVersion(state, bucket, object);
  releaseOtherParts(call, upload, parts);
  const reply = documentReply(
    xmlDocument("CompleteMultipartUploadResult", {
      Location: `${request.secure ? "https" : "http"}://${request.headers.get("host")}${request.target.split("?")[0]}`,
      Bucket: bucket.name,
      Key: keyOf(call),
      ETag: `"${object.etag}"`,
      ...(checksum && { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type }),
    }),
    { ...writtenVersionHeader(object), ...encryptionHeaders(object.encryption) },
  );
  bucket.uploads.complete(upload.uploadId, { key: upload.key, document: call.document, reply });
  return reply;
}

/** A part as the request lists it. */
interface ListedPart {
  readonly partNumber: number;
  readonly etag: string;
  /** Checksum elements by name. */
  readonly checksums: ReadonlyMap<string, string>;
}

function readParts(document: string): ListedPart[] {
  const parts = (parseXml(document, "CompleteMultipartUpload").get("Part") ?? []).map(readPart);
  if (parts.length === 0 || parts.length > maxParts) throw new S3Error("MalformedXML");
  if (parts.some((part, i) => part.partNumber <= (parts[i - 1]?.partNumber ?? 0)))
    throw new S3Error("InvalidPartOrder");
  return parts;
}

function readPart(element: ParsedXml): ListedPart {
  const children = childrenOf(element);
  const number = textOf(children, "PartNumber")?.trim() ?? "";
  const etag = textOf(children, "ETag");
  if (!/^\d{1,5}$/.test(number) || etag === undefined) throw new S3Error("MalformedXML");
  const checksums = checksumAlgorithmNames.flatMap((algorithm) => {
    const value = textOf(children, `Checksum${algorithm}`);
    return value === undefined ? [] : [[`Checksum${algorithm}`, value] as const];
  });
  return { partNumber: Number(number), etag: etag.trim().replace(/^"|"$/g, ""), checksums: new Map(checksums) };
}

function selectParts(upload: MultipartUpload, listed: readonly ListedPart[]): UploadedPart[] {
  return listed.map((listedPart, i) => {
    const part = upload.parts.get(listedPart.partNumber);
    if (part === undefined || part.etag !== listedPart.etag) throw invalidPart(upload, listedPart);
    checkPartChecksum(upload, listedPart, part);
    if (part.sizeBytes < minPartBytes && i < listed.length - 1) {
      throw new S3Error("EntityTooSmall", undefined, {
        elements: {
          ETag: listedPart.etag,
          MinSizeAllowed: String(minPartBytes),
          ProposedSize: String(part.sizeBytes),
          PartNumber: String(part.partNumber),
        },
      });
    }
    return part;
  });
}

/** All part checksums of a composite upload must be sent again. */
function checkPartChecksum(upload: MultipartUpload, listed: ListedPart, part: UploadedPart): void {
  const { checksum } = upload;
  const wanted = `Checksum${checksum?.algorithm}`;
  if (checksum?.type === "COMPOSITE" && !listed.checksums.has(wanted)) {
    throw new S3Error(
      "InvalidRequest",
      `The upload was created using a ${checksum.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${listed.partNumber} in the request.`,
    );
  }
  for (const [name, value] of listed.checksums) {
    if (name !== wanted || value !== part.checksum) throw invalidPart(upload, listed);
  }
}

function invalidPart({ uploadId }: MultipartUpload, { partNumber, etag }: ListedPart): S3Error {
  return new S3Error("InvalidPart", undefined, {
    elements: { UploadId: uploadId, PartNumber: String(partNumber), ETag: etag },
  });
}

function checkObjectSize({ headers }: S3Request, sizeBytes: number): void {
  const told = headers.get("x-amz-mp-object-size");
  if (told === undefined || told === String(sizeBytes)) return;
  throw new S3Error(
    "InvalidRequest",
    `The provided 'x-amz-mp-object-size' header value ${told} does not match what was computed: ${sizeBytes}`,
  );
}

async function wholeChecksum(
  { checksum }: MultipartUpload,
  parts: readonly UploadedPart[],
): Promise<ObjectChecksum | undefined> {
  if (checksum === undefined) return undefined;
  const { algorithm, type } = checksum;
  const ofParts = parts.map(({ checksum: value, sizeBytes }) => ({ value: value as string, sizeBytes }));
  if (type === "FULL_OBJECT" && isCombinable(algorithm)) return { ...checksum, value: combineCrcs(algorithm, ofParts) };
  const joined = Buffer.concat(ofParts.map(({ value }) => Buffer.from(value, "base64")));
  return { ...checksum, value: `${await checksumOf(algorithm, joined)}-${parts.length}` };
}

function checkWholeChecksum(request: S3Request, checksum: ObjectChecksum | undefined): void {
  const type = request.headers.get("x-amz-checksum-type")?.toUpperCase();
  if (type !== undefined && type !== checksum?.type) {
    throw new S3Error(
      "InvalidRequest",
      `The upload was created using the ${checksum?.type ?? "null"} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  const told = readChecksumHeader(request, (algorithm, value) =>
    isChecksumValue(algorithm, value.replace(/-\d+$/, "")),
  );
  if (told === undefined) return;
  if (told.algorithm !== checksum?.algorithm || told.value !== checksum.value) {
    throw new S3Error("BadDigest", `The ${told.algorithm} you specified did not match the calculated checksum.`);
  }
}

/** Made of the parts' ETags: of their MD5s, but where encryption makes those no ETags. */
function multipartEtag(parts: readonly UploadedPart[]): string {
  const joined = Buffer.concat(parts.map((part) => Buffer.from(part.etag, "hex")));
  return `${createHash("md5").update(joined).digest("hex")}-${parts.length}`;
}

/** Parts that were uploaded but not listed are not part of the object. */
function releaseOtherParts(call: Call, upload: MultipartUpload, kept: readonly UploadedPart[]): void {
  for (const part of upload.parts.values()) {
    if (!kept.includes(part)) call.state.bodies.release(part.body);
  }
}
