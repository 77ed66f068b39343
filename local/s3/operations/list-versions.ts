import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import type { S3Request } from "../http/request.ts";
import { type XmlElements, xmlDocument } from "../http/xml.ts";
import type { ListingPosition } from "../store/listing.ts";
import type { ObjectVersion } from "../store/object-version.ts";
import { listVersions, type VersionEntry } from "../store/version-listing.ts";
import { markerPosition } from "./list-objects.ts";
import { listingText } from "./listing-text.ts";
import { bucketOf, type Call, type Operation, owner } from "./operation.ts";
import { pageSize } from "./query-numbers.ts";
import { checkVersionId } from "./versions.ts";

export const versionListingOperations: readonly Operation[] = [
  { name: "ListObjectVersions", method: "GET", level: "bucket", marks: ["versions"], handle: listObjectVersions },
];

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 * S3 mixes versions and delete markers in the order of the listing; here the delete markers come after the versions,
 * each kind in that order.
 */
function listObjectVersions(call: Call): Reply {
  const { request } = call;
  const { query } = request;
  const { name, objects } = bucketOf(call);
  const text = listingText(request);
  const rolling = { prefix: query.get("prefix") ?? "", delimiter: query.get("delimiter") ?? "" };
  const maxKeys = pageSize(request, "max-keys");
  const marker = readMarker(request, rolling);
  const page = listVersions(objects, { ...rolling, ...marker, maxKeys });
  const last = page.isTruncated ? page.entries.at(-1) : undefined;
  return documentReply(
    xmlDocument("ListVersionsResult", {
      Name: name,
      Prefix: text(rolling.prefix),
      KeyMarker: text(query.get("key-marker") ?? ""),
      VersionIdMarker: query.get("version-id-marker") ?? "",
      NextKeyMarker: last && text("version" in last ? last.version.key : last.commonPrefix),
      NextVersionIdMarker: last && "version" in last ? last.version.versionId : undefined,
      MaxKeys: maxKeys,
      Delimiter: rolling.delimiter === "" ? undefined : text(rolling.delimiter),
      EncodingType: query.get("encoding-type"),
      IsTruncated: page.isTruncated,
      Version: elementsOf(page.entries, "object", text),
      DeleteMarker: elementsOf(page.entries, "deleteMarker", text),
      CommonPrefixes: page.entries.flatMap((entry) =>
        "commonPrefix" in entry ? [{ Prefix: text(entry.commonPrefix) }] : [],
      ),
    }),
  );
}

interface Marker {
  readonly position: ListingPosition | undefined;
  readonly afterVersionId: string | undefined;
}

function readMarker({ query }: S3Request, rolling: { prefix: string; delimiter: string }): Marker {
  const key = query.get("key-marker") ?? "";
  const versionId = query.get("version-id-marker") || undefined;
  if (versionId !== undefined && key === "") {
    throw new S3Error("InvalidArgument", "A version-id marker cannot be specified without a key marker.", {
      elements: { ArgumentName: "version-id-marker", ArgumentValue: versionId },
    });
  }
  if (versionId !== undefined) checkVersionId(versionId);
  return { position: markerPosition(key, rolling), afterVersionId: versionId };
}

function elementsOf(
  entries: readonly VersionEntry[],
  kind: ObjectVersion["kind"],
  text: (text: string) => string,
): readonly XmlElements[] {
  return entries.flatMap((entry) =>
    "version" in entry && entry.version.kind === kind
      ? [versionElements(entry.version, entry.isLatest, text(entry.version.key))]
      : [],
  );
}

function versionElements(version: ObjectVersion, isLatest: boolean, key: string): XmlElements {
  const about = {
    Key: key,
    VersionId: version.versionId,
    IsLatest: isLatest,
    LastModified: version.lastModified.toISOString(),
  };
  if (version.kind === "deleteMarker") return { ...about, Owner: owner };
  return {
    ...about,
    ETag: `"${version.etag}"`,
    ChecksumAlgorithm: version.checksum?.algorithm,
    ChecksumType: version.checksum?.type,
    Size: version.sizeBytes,
    StorageClass: version.storageClass,
    Owner: owner,
  };
}
