import { documentReply, type Reply } from "../http/reply.ts";
import { type XmlElements, xmlDocument } from "../http/xml.ts";
import { compareKeys } from "../store/key-order.ts";
import { commonPrefixOf } from "../store/listing.ts";
import type { MultipartUpload } from "../store/uploads.ts";
import { listingText } from "./listing-text.ts";
import { checkKeyForChecksums, uploadOf } from "./multipart.ts";
import { bucketOf, type Call, type Operation, owner } from "./operation.ts";
import { pageSize, queryNumber } from "./query-numbers.ts";

export const multipartListingOperations: readonly Operation[] = [
  { name: "ListParts", method: "GET", level: "object", marks: ["uploadId"], handle: listParts },
  { name: "ListMultipartUploads", method: "GET", level: "bucket", marks: ["uploads"], handle: listMultipartUploads },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
function listParts(call: Call): Reply {
  const { request } = call;
  const upload = uploadOf(call);
  checkKeyForChecksums(call, upload);
  const marker = queryNumber(request, "part-number-marker") ?? 0;
  const maxParts = pageSize(request, "max-parts");
  const following = [...upload.parts.values()]
    .filter(({ partNumber }) => partNumber > marker)
    .sort((a, b) => a.partNumber - b.partNumber);
  const page = following.slice(0, maxParts);
  return documentReply(
    xmlDocument("ListPartsResult", {
      Bucket: bucketOf(call).name,
      Key: upload.key,
      UploadId: upload.uploadId,
      Initiator: initiatorOf(upload),
      Owner: owner,
      StorageClass: upload.storageClass,
      PartNumberMarker: marker,
      NextPartNumberMarker: page.at(-1)?.partNumber ?? 0,
      MaxParts: maxParts,
      IsTruncated: following.length > page.length,
      ChecksumAlgorithm: upload.checksum?.algorithm,
      ChecksumType: upload.checksum?.type,
      Part: page.map((part) => ({
        PartNumber: part.partNumber,
        LastModified: part.lastModified.toISOString(),
        ETag: `"${part.etag}"`,
        Size: part.sizeBytes,
        ...(upload.checksum && { [`Checksum${upload.checksum.algorithm}`]: part.checksum }),
      })),
    }),
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
function listMultipartUploads(call: Call): Reply {
  const { request } = call;
  const { query } = request;
  const { name, uploads } = bucketOf(call);
  const text = listingText(request);
  const rolling = { prefix: query.get("prefix") ?? "", delimiter: query.get("delimiter") ?? "" };
  const marker = { key: query.get("key-marker") ?? "", uploadId: query.get("upload-id-marker") ?? "" };
  const maxUploads = pageSize(request, "max-uploads");
  const following = uploads
    .sorted()
    .filter((upload) => upload.key.startsWith(rolling.prefix) && isAfter(upload, marker, rolling));
  const entries = rollUp(following, rolling);
  const page = entries.slice(0, maxUploads);
  const isTruncated = page.length > 0 && entries.length > page.length;
  const last = isTruncated ? page.at(-1) : undefined;
  return documentReply(
    xmlDocument("ListMultipartUploadsResult", {
      Bucket: name,
      KeyMarker: text(marker.key),
      UploadIdMarker: marker.uploadId,
      NextKeyMarker: last && text(last.commonPrefix ?? last.upload.key),
      NextUploadIdMarker: last && (last.commonPrefix === undefined ? last.upload.uploadId : ""),
      Prefix: text(rolling.prefix),
      Delimiter: rolling.delimiter === "" ? undefined : text(rolling.delimiter),
      MaxUploads: maxUploads,
      EncodingType: query.get("encoding-type"),
      IsTruncated: isTruncated,
      Upload: page.flatMap(({ upload, commonPrefix }) =>
        commonPrefix === undefined ? [uploadElements(upload, text(upload.key))] : [],
      ),
      CommonPrefixes: page.flatMap(({ commonPrefix }) =>
        commonPrefix === undefined ? [] : [{ Prefix: text(commonPrefix) }],
      ),
    }),
  );
}

interface Rolling {
  readonly prefix: string;
  readonly delimiter: string;
}

/** Without an upload id the marker is a key whose uploads have all been listed, or a common prefix. */
function isAfter(
  upload: MultipartUpload,
  marker: { readonly key: string; readonly uploadId: string },
  rolling: Rolling,
): boolean {
  if (marker.key === "") return true;
  if (commonPrefixOf(upload.key, rolling) === marker.key) return false;
  const order = compareKeys(upload.key, marker.key);
  return order > 0 || (order === 0 && marker.uploadId !== "" && upload.uploadId > marker.uploadId);
}

interface UploadEntry {
  readonly upload: MultipartUpload;
  /** Set where the entry stands for all uploads under a prefix, of which `upload` is the first. */
  readonly commonPrefix: string | undefined;
}

function rollUp(uploads: readonly MultipartUpload[], rolling: Rolling): UploadEntry[] {
  const entries: UploadEntry[] = [];
  for (const upload of uploads) {
    const commonPrefix = commonPrefixOf(upload.key, rolling);
    if (commonPrefix === undefined || entries.at(-1)?.commonPrefix !== commonPrefix) {
      entries.push({ upload, commonPrefix });
    }
  }
  return entries;
}

function uploadElements(upload: MultipartUpload, key: string): XmlElements {
  return {
    Key: key,
    UploadId: upload.uploadId,
    Initiator: initiatorOf(upload),
    Owner: owner,
    StorageClass: upload.storageClass,
    Initiated: upload.initiated.toISOString(),
    ChecksumAlgorithm: upload.checksum?.algorithm,
    ChecksumType: upload.checksum?.type,
  };
}

function initiatorOf({ initiatorArn }: MultipartUpload): XmlElements {
  return initiatorArn === undefined ? owner : { ID: initiatorArn, DisplayName: "" };
}
