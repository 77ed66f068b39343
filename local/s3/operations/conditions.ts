import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";
import type { StoredObject } from "../store/object-version.ts";

/**
 * Evaluates the conditions of a read, in the order of RFC 9110, section 13.2.2.
 * @returns whether to answer 304
 * @throws S3Error PreconditionFailed
 */
export function isNotModified({ headers }: S3Request, object: StoredObject): boolean {
  const ifMatch = headers.get("if-match");
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object)) throw failed("If-Match");
  } else {
    const since = httpDate(headers.get("if-unmodified-since"));
    if (since !== undefined && object.lastModified > since) throw failed("If-Unmodified-Since");
  }
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, object);
  const since = httpDate(headers.get("if-modified-since"));
  return since !== undefined && object.lastModified <= since;
}

/**
 * Evaluates the conditions that a copy puts on its source. Where two of them disagree the ETag decides, as in a read.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 * @throws S3Error PreconditionFailed
 */
export function checkCopyConditions({ headers }: S3Request, source: StoredObject): void {
  const condition = (name: string): string | undefined => headers.get(`x-amz-copy-source-${name}`);
  const ifMatch = condition("if-match");
  const ifNoneMatch = condition("if-none-match");
  const unmodifiedSince = httpDate(condition("if-unmodified-since"));
  const modifiedSince = httpDate(condition("if-modified-since"));
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, source)) throw failed("x-amz-copy-source-If-Match");
  } else if (unmodifiedSince !== undefined && source.lastModified > unmodifiedSince) {
    throw failed("x-amz-copy-source-If-Unmodified-Since");
  }
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, source)) throw failed("x-amz-copy-source-If-None-Match");
  } else if (modifiedSince !== undefined && source.lastModified <= modifiedSince) {
    throw failed("x-amz-copy-source-If-Modified-Since");
  }
}

/**
 * Evaluates the conditions of a write; to be called in the same turn in which the object is replaced.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * @param current the object that the write would replace
 * @throws S3Error PreconditionFailed, NoSuchKey (If-Match without an object), NotImplemented
 */
export function checkWriteConditions({ headers, key }: S3Request, current: StoredObject | undefined): void {
  const ifNoneMatch = headers.get("if-none-match");
  const ifMatch = headers.get("if-match");
  if (ifNoneMatch !== undefined && ifMatch !== undefined) {
    throw new S3Error("NotImplemented", "If-Match and If-None-Match together are not implemented.");
  }
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== "*") throw new S3Error("NotImplemented", undefined, { elements: { Header: "If-None-Match" } });
    if (current !== undefined) throw failed("If-None-Match");
  }
  if (ifMatch !== undefined) {
    if (current === undefined) throw new S3Error("NoSuchKey", undefined, { elements: { Key: key ?? "" } });
    if (!matches(ifMatch, current)) throw failed("If-Match");
  }
}

function failed(condition: string): S3Error {
  return new S3Error("PreconditionFailed", undefined, { elements: { Condition: condition } });
}

function matches(condition: string, object: StoredObject): boolean {
  const etags = condition.split(",").map((etag) => etag.trim().replace(/^"|"$/g, ""));
  return etags.includes("*") || etags.includes(object.etag);
}

/** A date that cannot be read is no condition. */
function httpDate(text: string | undefined): Date | undefined {
  const date = new Date(text ?? "");
  return Number.isNaN(date.getTime()) ? undefined : date;
}
