import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import type { S3Request } from "../http/request.ts";
import { type XmlElements, xmlDocument } from "../http/xml.ts";
import type { Bucket } from "../store/buckets.ts";
import {
  commonPrefixOf,
  type ListingEntry,
  type ListingPage,
  type ListingPosition,
  listPage,
} from "../store/listing.ts";
import type { StoredObject } from "../store/object-version.ts";
import { listingText } from "./listing-text.ts";
import { bucketOf, type Call, type Operation, owner } from "./operation.ts";
import { pageSize } from "./query-numbers.ts";

export const listingOperations: readonly Operation[] = [
  { name: "ListObjectsV2", method: "GET", level: "bucket", marks: ["list-type"], handle: listObjectsV2 },
  { name: "ListObjects", method: "GET", level: "bucket", handle: listObjects },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
function listObjectsV2(call: Call): Reply {
  const { request } = call;
  if (request.query.get("list-type") !== "2") throw new S3Error("InvalidArgument", "Invalid List Type");
  const bucket = bucketOf(call);
  const text = listingText(request);
  const token = request.query.get("continuation-token");
  const startAfter = request.query.get("start-after");
  const position = token === undefined ? startAfterPosition(startAfter) : readToken(token);
  const page = listPage(bucket.objects.keys, { ...common(request), position });
  return documentReply(
    xmlDocument("ListBucketResult", {
      ...commonElements(request, bucket, page),
      KeyCount: page.entries.length,
      ContinuationToken: token,
      NextContinuationToken: page.next && writeToken(page.next),
      StartAfter: startAfter && text(startAfter),
      ...entryElements(request, bucket, page.entries, request.query.get("fetch-owner") === "true"),
    }),
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
function listObjects(call: Call): Reply {
  const { request } = call;
  const bucket = bucketOf(call);
  const text = listingText(request);
  const query = common(request);
  const marker = request.query.get("marker") ?? "";
  const page = listPage(bucket.objects.keys, { ...query, position: markerPosition(marker, query) });
  return documentReply(
    xmlDocument("ListBucketResult", {
      ...commonElements(request, bucket, page),
      Marker: text(marker),
      // Without a delimiter the last key of the page is the marker.
      NextMarker: page.next && query.delimiter !== "" ? text(page.next.after) : undefined,
      ...entryElements(request, bucket, page.entries, true),
    }),
  );
}

function common(request: S3Request): { prefix: string; delimiter: string; maxKeys: number } {
  const { query } = request;
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    maxKeys: pageSize(request, "max-keys"),
  };
}

function commonElements(request: S3Request, bucket: Bucket, page: ListingPage): XmlElements {
  const text = listingText(request);
  const { prefix, delimiter, maxKeys } = common(request);
  return {
    Name: bucket.name,
    Prefix: text(prefix),
    Delimiter: delimiter === "" ? undefined : text(delimiter),
    MaxKeys: maxKeys,
    EncodingType: request.query.get("encoding-type"),
    IsTruncated: page.next !== undefined,
  };
}

function entryElements(
  request: S3Request,
  bucket: Bucket,
  entries: readonly ListingEntry[],
  withOwner: boolean,
): XmlElements {
  const text = listingText(request);
  const objects = entries.flatMap((entry) => ("key" in entry ? [bucket.objects.get(entry.key) as StoredObject] : []));
  const prefixes = entries.flatMap((entry) => ("commonPrefix" in entry ? [entry.commonPrefix] : []));
  return {
    Contents: objects.map((object) => objectElements(object, text(object.key), withOwner)),
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: text(prefix) })),
  };
}

function objectElements(object: StoredObject, key: string, withOwner: boolean): XmlElements {
  return {
    Key: key,
    LastModified: object.lastModified.toISOString(),
    ETag: `"${object.etag}"`,
    ChecksumAlgorithm: object.checksum?.algorithm,
    ChecksumType: object.checksum?.type,
    Size: object.sizeBytes,
    Owner: withOwner ? owner : undefined,
    StorageClass: object.storageClass,
  };
}

function startAfterPosition(startAfter: string | undefined): ListingPosition | undefined {
  return startAfter === undefined ? undefined : { after: startAfter, isPrefix: false };
}

/** A marker that is a common prefix was given as NextMarker: the keys under it have been listed. */
export function markerPosition(
  marker: string,
  query: { readonly prefix: string; readonly delimiter: string },
): ListingPosition | undefined {
  if (marker === "") return undefined;
  return { after: marker, isPrefix: marker.startsWith(query.prefix) && commonPrefixOf(marker, query) === marker };
}

function writeToken(position: ListingPosition): string {
  return Buffer.from(`${position.isPrefix ? "p" : "k"}${position.after}`).toString("base64");
}

function readToken(token: string): ListingPosition {
  const text = Buffer.from(token, "base64").toString();
  if (!/^[pk]./su.test(text)) {
    throw new S3Error("InvalidArgument", "The continuation token provided is incorrect", {
      elements: { ArgumentName: "continuation-token", ArgumentValue: token },
    });
  }
  return { after: text.slice(1), isPrefix: text.startsWith("p") };
}
