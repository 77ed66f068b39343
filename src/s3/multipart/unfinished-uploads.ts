import type { XmlElement } from "../../aws/xml.ts";
import type { ChecksumAlgorithm } from "../../checksums/algorithms.ts";
import type { Bucket } from "../bucket.ts";
import { childElements, childText, notS3, readResult } from "../xml-body.ts";
import { MAX_PARTS } from "./part-size.ts";

/** A multipart upload that was begun, and neither completed nor aborted. */
export interface ListedUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly initiatedMs: number;
  /** Who began it: the ARN of a user or of a role's session; undefined if the store names nobody, or not by an ARN. */
  readonly initiatorArn: string | undefined;
  readonly storageClass: string;
  /** Absent if the store returns none. */
  readonly checksumAlgorithm: string | undefined;
  readonly checksumType: string | undefined;
}

/** A part that an unfinished upload holds. */
export interface StoredPart {
  readonly sizeBytes: number;
  /** With its quotation marks. */
  readonly etag: string;
  readonly checksum: Buffer | undefined;
  readonly lastModifiedMs: number;
}

/** An unfinished upload with its parts by number. */
export interface UnfinishedUpload {
  readonly uploadId: string;
  readonly parts: ReadonlyMap<number, StoredPart>;
  /** Whether it was surely begun by this user or role. Anybody who may write to the bucket can begin one, and store parts in it. */
  readonly isOwn: boolean;
}

/** A server that always names a further page is not asked for ever. */
const MAX_PAGES = 1000;
/** Of more, none is looked at: they would take more memory than a resumed upload is worth. */
const MAX_UPLOADS = 10_000;

/**
 * Lists the unfinished uploads of keys with a prefix.
 *
 * Source: ListMultipartUploads in the Amazon S3 API Reference.
 *
 * @throws {ServiceError} if there are more than anybody has; what `Bucket.send` throws.
 */
export async function listUnfinishedUploads(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
): Promise<ListedUpload[]> {
  const uploads: ListedUpload[] = [];
  let markers: Record<string, string> = {};
  for (let pages = 1; ; pages++) {
    const query = { uploads: "", prefix, ...markers };
    const response = await bucket.send({ method: "GET", key: "", query, signal });
    const page = await readResult(response, "ListMultipartUploadsResult");
    if (pages > MAX_PAGES) throw notS3(response, `the list of unfinished uploads has more than ${MAX_PAGES} pages`);
    uploads.push(...childElements(page, "Upload").map(readUpload));
    if (uploads.length > MAX_UPLOADS) throw notS3(response, `there are more than ${MAX_UPLOADS} unfinished uploads`);
    const next = {
      "key-marker": childText(page, "NextKeyMarker") ?? "",
      "upload-id-marker": childText(page, "NextUploadIdMarker") ?? "",
    };
    const goesOn = childText(page, "IsTruncated") === "true" && next["key-marker"] !== "";
    if (
      !goesOn ||
      (next["key-marker"] === markers["key-marker"] && next["upload-id-marker"] === markers["upload-id-marker"])
    ) {
      return uploads;
    }
    markers = next;
  }
}

function readUpload(upload: XmlElement): ListedUpload {
  const [initiator = {}] = childElements(upload, "Initiator");
  const id = childText(initiator, "ID");
  return {
    key: childText(upload, "Key") ?? "",
    uploadId: childText(upload, "UploadId") ?? "",
    initiatedMs: Date.parse(childText(upload, "Initiated") ?? ""),
    initiatorArn: id?.startsWith("arn:") ? id : undefined,
    storageClass: childText(upload, "StorageClass") ?? "STANDARD",
    checksumAlgorithm: childText(upload, "ChecksumAlgorithm"),
    checksumType: childText(upload, "ChecksumType"),
  };
}

/**
 * Lists the parts of an upload, by number. What cannot be a part is passed over.
 *
 * Source: ListParts in the Amazon S3 API Reference.
 *
 * @throws what `Bucket.send` throws.
 */
export async function listParts(
  bucket: Bucket,
  { key, uploadId }: Pick<ListedUpload, "key" | "uploadId">,
  algorithm: ChecksumAlgorithm | "none",
  signal: AbortSignal,
): Promise<Map<number, StoredPart>> {
  const parts = new Map<number, StoredPart>();
  let marker = "";
  for (let pages = 1; ; pages++) {
    const query = { uploadId, ...(marker ? { "part-number-marker": marker } : {}) };
    const response = await bucket.send({ method: "GET", key, query, signal });
    const page = await readResult(response, "ListPartsResult");
    if (pages > MAX_PAGES) throw notS3(response, `the list of an upload's parts has more than ${MAX_PAGES} pages`);
    for (const part of childElements(page, "Part")) {
      const checksum = childText(part, `Checksum${algorithm}`);
      const partNumber = Number(childText(part, "PartNumber"));
      if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PARTS) continue;
      parts.set(partNumber, {
        sizeBytes: Number(childText(part, "Size")),
        etag: childText(part, "ETag") ?? "",
        checksum: checksum === undefined ? undefined : Buffer.from(checksum, "base64"),
        lastModifiedMs: Date.parse(childText(part, "LastModified") ?? ""),
      });
    }
    const next = childText(page, "NextPartNumberMarker") ?? "";
    if (childText(page, "IsTruncated") !== "true" || next === "" || next === marker) return parts;
    marker = next;
  }
}
