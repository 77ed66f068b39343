import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";
import type { Bucket } from "../store/buckets.ts";
import type { StoredObject } from "../store/object-version.ts";
import { checkReadable } from "./archived.ts";
import { checkBucketOwner } from "./bucket-owner.ts";
import { checkCopyConditions } from "./conditions.ts";
import { checkCustomerKey, readCustomerKey } from "./customer-key.ts";
import type { Call } from "./operation.ts";
import { checkVersionId, findObject, versionHeader } from "./versions.ts";

/** The most bytes that one CopyObject or UploadPartCopy copies: 5 GiB. */
const maxCopyBytes = 5 * 1024 ** 3;

/** What a request copies from. */
export interface CopySource {
  readonly bucket: Bucket;
  readonly object: StoredObject;
  /** Whether the request names the version itself. */
  readonly isVersionNamed: boolean;
  /** Which version it is, for the answer. */
  readonly versionHeader: Readonly<Record<string, string>>;
}

/**
 * Finds the object that a request copies from, and checks that it may.
 * @throws S3Error InvalidArgument, NoSuchBucket, NoSuchKey, NoSuchVersion, InvalidRequest, AccessDenied,
 *   InvalidObjectState, PreconditionFailed
 */
export function findCopySource({ request, state }: Call): CopySource {
  const address = readAddress(request);
  const bucket = state.buckets.get(address.bucket);
  checkBucketOwner(request, "x-amz-source-expected-bucket-owner");
  const object = findSource(bucket, address);
  checkReadable(object);
  const prefix = "x-amz-copy-source-server-side-encryption-customer";
  checkCustomerKey(object.encryption, readCustomerKey(request, prefix));
  checkCopyConditions(request, object);
  const { "x-amz-version-id": versionId } = versionHeader(bucket, object);
  return {
    bucket,
    object,
    isVersionNamed: address.versionId !== undefined,
    versionHeader: versionId === undefined ? {} : { "x-amz-copy-source-version-id": versionId },
  };
}

/** @throws S3Error InvalidRequest when one request cannot copy so much */
export function checkCopySize(sizeBytes: number): void {
  if (sizeBytes <= maxCopyBytes) return;
  throw new S3Error(
    "InvalidRequest",
    `The specified copy source is larger than the maximum allowable size for a copy source: ${maxCopyBytes}`,
  );
}

interface Address {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** `[/]bucket/key[?versionId=id]`, percent-encoded. A question mark of the key must be encoded. */
function readAddress({ headers }: S3Request): Address {
  const text = headers.get("x-amz-copy-source") ?? "";
  const [, path = "", query] = /^([^?]*)(?:\?(.*))?$/s.exec(text) ?? [];
  const [, bucket = "", key = ""] = /^\/?([^/]*)\/(.*)$/s.exec(decode(path)) ?? [];
  if (bucket === "" || key === "") {
    throw invalidSource(text, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  }
  if (query === undefined) return { bucket, key, versionId: undefined };
  const versionId = /^versionId=([^&]*)$/.exec(query)?.[1];
  if (versionId === undefined) throw invalidSource(text, "Unsupported copy source parameter.");
  checkVersionId(decode(versionId));
  return { bucket, key, versionId: decode(versionId) };
}

function findSource(bucket: Bucket, { key, versionId }: Address): StoredObject {
  const named = bucket.objects.versions(key).find((version) => version.versionId === versionId);
  if (named?.kind === "deleteMarker") {
    throw new S3Error(
      "InvalidRequest",
      "The source of a copy request may not specifically refer to a delete marker by version id.",
    );
  }
  return findObject(bucket, key, versionId);
}

/** A header is one character a byte: what was not percent-encoded is UTF-8 still to be read. */
function decode(text: string): string {
  try {
    return decodeURIComponent(Buffer.from(text.replaceAll("+", " "), "latin1").toString());
  } catch {
    throw invalidSource(text, "Copy Source must be URL-encoded UTF-8");
  }
}

function invalidSource(value: string, message: string): S3Error {
  return new S3Error("InvalidArgument", message, {
    elements: { ArgumentName: "x-amz-copy-source", ArgumentValue: value },
  });
}
