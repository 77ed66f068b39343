import { shorten } from "../../errors/bounded-text.ts";
import { CodedError } from "../../errors/coded-error.ts";
import type { HttpResponse } from "../../http/messages.ts";
import type { Bucket } from "../bucket.ts";
import { notS3 } from "../xml-body.ts";
import { type ListedEntry, readListingPage } from "./listing-page.ts";

/** What a listing tells of an object. */
export interface RemoteObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** Without quotation marks, in the case that the store gives it. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly lastModifiedMs: number;
  readonly storageClass: string;
  /** That it was stored with; stores other than Amazon S3 hardly tell. */
  readonly checksumAlgorithm?: string;
}

/** The store lists keys in another order than S3 does, or outside the prefix: what it lists cannot be relied on. */
export class ListingError extends CodedError {
  override readonly name: string = "ListingError";
}

/** No key has more than 1,024 bytes; what a server lists as one may be of any length. */
const MAX_SHOWN_KEY_LENGTH = 1100;
/** A store may give pages without objects, for example where many were deleted; so many in a row are no listing. */
const MAX_EMPTY_PAGES = 1000;

/** The most that S3 gives at once. */
const MAX_KEYS = "1000";

/**
 * Lists the objects under a prefix in the order of their keys' UTF-8 bytes. While the caller works on one page, the next
 * one is on its way.
 *
 * @throws {ListingError} where keys come in another order, or are not under the prefix; {ServiceError} where S3 refuses, or
 *   the answer is not one that S3 gives; else what `Bucket.send` throws.
 *
 * Source: ListObjectsV2 in the Amazon S3 API Reference.
 */
export async function* listObjects(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<RemoteObject, void, undefined> {
  // A caller who has seen enough does not wait for a page that nobody reads.
  const ended = new AbortController();
  const eitherSignal = AbortSignal.any([signal, ended.signal]);
  const seenTokens = new Set<string>();
  let previousKey = "";
  let emptyPages = 0;

  function request(token: string | undefined): Promise<Page> {
    const page = requestPage(bucket, prefix, token, eitherSignal);
    // It may fail while the caller still works on the page before: it is told when it is asked for.
    page.catch(() => undefined);
    return page;
  }

  try {
    for (let next: Promise<Page> | undefined = request(undefined); next; ) {
      const page: Page = await next;
      next = undefined;
      if (page.nextToken !== undefined) {
        emptyPages = page.objects.length > 0 ? 0 : emptyPages + 1;
        if (emptyPages > MAX_EMPTY_PAGES) {
          throw notS3(page.response, `the listing has more than ${MAX_EMPTY_PAGES} pages in a row without an object`);
        }
        if (seenTokens.has(page.nextToken)) throw notS3(page.response, "the listing repeats itself");
        seenTokens.add(page.nextToken);
        next = request(page.nextToken);
      }
      for (const object of page.objects) {
        if (!object.key.startsWith(prefix))
          throw new ListingError("listing-invalid", misplaced(bucket, object.key, prefix));
        if (!isAfter(object.key, previousKey))
          throw new ListingError("listing-invalid", unsorted(bucket, object.key, previousKey));
        previousKey = object.key;
        yield object;
      }
    }
  } finally {
    ended.abort();
  }
}

interface Page {
  readonly response: HttpResponse;
  readonly objects: readonly RemoteObject[];
  /** Undefined at the end of the listing. */
  readonly nextToken: string | undefined;
}

async function requestPage(
  bucket: Bucket,
  prefix: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Page> {
  const response = await bucket.send({
    method: "GET",
    key: "",
    query: {
      "list-type": "2",
      "encoding-type": "url",
      "max-keys": MAX_KEYS,
      prefix,
      ...(token === undefined ? {} : { "continuation-token": token }),
    },
    signal,
  });
  const page = await readListingPage(response);
  const isEncoded = page.encodingType === "url";
  const objects = page.entries.map((entry) => objectOf(entry, isEncoded, response));
  if (page.isTruncated !== "true") return { response, objects, nextToken: undefined };
  if (!page.nextToken) throw notS3(response, "the listing is incomplete, and does not say how to continue");
  return { response, objects, nextToken: page.nextToken };
}

function objectOf(entry: ListedEntry, isEncoded: boolean, response: HttpResponse): RemoteObject {
  const key = isEncoded ? decodeKey(entry.key) : entry.key;
  if (!key) throw notS3(response, "the listing has an object without a readable key");
  const lastModifiedMs = Date.parse(entry.lastModified ?? "");
  if (!/^\d{1,15}$/.test(entry.size ?? "") || Number.isNaN(lastModifiedMs) || entry.etag === undefined) {
    throw notS3(response, `the listing does not tell the size, the time and the ETag of "${key}"`);
  }
  return {
    key,
    sizeBytes: Number(entry.size),
    etag: entry.etag.replaceAll('"', ""),
    lastModifiedMs,
    storageClass: entry.storageClass || "STANDARD",
    ...(entry.checksumAlgorithm === undefined ? {} : { checksumAlgorithm: entry.checksumAlgorithm }),
  };
}

/** @returns undefined where the key is not encoded as it should be. */
function decodeKey(encoded: string | undefined): string | undefined {
  if (!encoded || !/[%+]/.test(encoded)) return encoded;
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

const SURROGATE = /[\ud800-\udfff]/;

/** Whether a key stands behind another one by their UTF-8 bytes; only with surrogates that is not JavaScript's own order. */
function isAfter(key: string, previous: string): boolean {
  if (!SURROGATE.test(key) && !SURROGATE.test(previous)) return key > previous;
  return Buffer.compare(Buffer.from(key), Buffer.from(previous)) > 0;
}

function unsorted(bucket: Bucket, key: string, previous: string): string {
  return `the store does not list the bucket "${bucket.name}" in the order of the keys' UTF-8 bytes, as S3 does: "${shown(key)}" came after "${shown(previous)}", so the task cannot see what is missing on either side`;
}

function misplaced(bucket: Bucket, key: string, prefix: string): string {
  return `the store was asked to list what is under "${prefix}" in the bucket "${bucket.name}", and listed "${shown(key)}"`;
}

function shown(key: string): string {
  return shorten(key, MAX_SHOWN_KEY_LENGTH);
}
