import { shorten } from "../../errors/bounded-text.ts";
import { CodedError } from "../../errors/coded-error.ts";
import type { HttpResponse } from "../../http/messages.ts";
import type { Bucket } from "../bucket.ts";
import { notS3 } from "../xml-body.ts";
import { type ListedEntry, type ListingPage, readListingPage } from "./listing-page.ts";

/** An object as in a listing. Size and time are undefined, and the ETag is empty, if the store does not return them. */
export interface RemoteObject {
  readonly key: string;
  readonly sizeBytes: number | undefined;
  /** Without quotation marks, in the case that the store gives it. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly lastModifiedMs: number | undefined;
  readonly storageClass: string;
  /** Few stores other than Amazon S3 return it. */
  readonly checksumAlgorithm?: string;
}

/** The store lists keys outside the prefix, so its listing cannot be trusted. */
export class ListingError extends CodedError {
  override readonly name: string = "ListingError";
}

/** The store lists keys in another order than S3 does. The caller must start again, with a sorted listing. */
export class UnsortedListingError extends CodedError {
  override readonly name: string = "UnsortedListingError";

  constructor() {
    super("listing-invalid", "the store does not list objects in the order of their keys");
  }
}

/** No key has more than 1,024 bytes; what a server lists as one may be of any length. */
const MAX_SHOWN_KEY_LENGTH = 1100;
/** A store may return pages without objects, for example after many deletions. This many in a row are an error. */
const MAX_EMPTY_PAGES = 1000;

/** The most that S3 gives at once. */
const MAX_KEYS = 1000;

/**
 * Lists the objects under a prefix in the order of their keys' UTF-8 bytes, each once. From a store that was found to list them in another
 * order, all are fetched first, and then sorted.
 *
 * @throws {UnsortedListingError} if a key comes in another order. It is given up then, and the next listing is sorted; what
 *   `listObjects` throws.
 */
export function listInOrder(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<RemoteObject, void, undefined> {
  return bucket.hasGivenUp("listingOrder")
    ? listSorted(bucket, prefix, signal)
    : streamObjects(bucket, prefix, signal, true);
}

/**
 * Lists the objects under a prefix in the order of the store, which may list a key twice. While the caller works on one page, the next one
 * is on its way.
 *
 * @throws {ListingError} if keys are not under the prefix; {ServiceError} if S3 refuses, or the answer is not one that S3 gives;
 *   else what `Bucket.send` throws.
 *
 * Source: ListObjectsV2 and ListObjects in the Amazon S3 API Reference.
 */
export function listObjects(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<RemoteObject, void, undefined> {
  return streamObjects(bucket, prefix, signal, false);
}

async function* listSorted(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<RemoteObject, void, undefined> {
  const objects: RemoteObject[] = [];
  for await (const object of listObjects(bucket, prefix, signal)) objects.push(object);
  objects.sort((a, b) => compareKeys(a.key, b.key));
  let previousKey = "";
  for (const object of objects) {
    if (object.key !== previousKey) yield object;
    previousKey = object.key;
  }
}

async function* streamObjects(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
  mustBeInOrder: boolean,
): AsyncGenerator<RemoteObject, void, undefined> {
  // A caller who has seen enough does not wait for a page that nobody reads.
  const ended = new AbortController();
  const eitherSignal = AbortSignal.any([signal, ended.signal]);
  const seenPositions = new Set<string>();
  let previousKey = "";
  let emptyPages = 0;

  function request(position: Position | undefined): Promise<Page> {
    const page = requestPage(bucket, prefix, position, eitherSignal);
    // It may fail while the caller still works on the page before; the error is thrown when the page is requested.
    page.catch(() => undefined);
    return page;
  }

  try {
    for (let next: Promise<Page> | undefined = request(undefined); next; ) {
      const page: Page = await next;
      next = undefined;
      if (page.next !== undefined) {
        emptyPages = page.objects.length > 0 ? 0 : emptyPages + 1;
        if (emptyPages > MAX_EMPTY_PAGES) {
          throw notS3(page.response, `the listing has more than ${MAX_EMPTY_PAGES} pages in a row without an object`);
        }
        if (seenPositions.has(page.next.text)) throw notS3(page.response, "the listing repeats itself");
        seenPositions.add(page.next.text);
        next = request(page.next);
      }
      for (const object of page.objects) {
        if (!object.key.startsWith(prefix))
          throw new ListingError("listing-invalid", misplaced(bucket, object.key, prefix));
        if (mustBeInOrder && compareKeys(object.key, previousKey) <= 0) {
          // Some stores begin a page with the last key of the one before.
          if (object.key === previousKey) continue;
          bucket.giveUp("listingOrder");
          throw new UnsortedListingError();
        }
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
  readonly next: Position | undefined;
}

/** Where a listing continues: at the store's token, or after a key in stores that only know the first version of the request. */
interface Position {
  readonly by: "continuation-token" | "marker";
  readonly text: string;
}

async function requestPage(
  bucket: Bucket,
  prefix: string,
  position: Position | undefined,
  signal: AbortSignal,
): Promise<Page> {
  const response = await bucket.send({
    method: "GET",
    key: "",
    query: {
      ...(position?.by === "marker" ? {} : { "list-type": "2" }),
      "encoding-type": "url",
      "max-keys": String(MAX_KEYS),
      prefix,
      ...(position === undefined ? {} : { [position.by]: position.text }),
    },
    signal,
  });
  const page = await readListingPage(response);
  const isEncoded = page.encodingType === "url";
  const objects = page.entries.map((entry) => objectOf(entry, isEncoded, response));
  return { response, objects, next: nextPosition(page, objects, response) };
}

function nextPosition(
  { isTruncated, nextToken, nextMarker, encodingType }: ListingPage,
  objects: readonly RemoteObject[],
  response: HttpResponse,
): Position | undefined {
  const mayGoOn = isTruncated ?? (nextToken !== undefined || objects.length >= MAX_KEYS);
  if (!mayGoOn) return undefined;
  if (nextToken !== undefined) return { by: "continuation-token", text: nextToken };
  const marker = encodingType === "url" ? decodeKey(nextMarker) : nextMarker;
  const text = marker ?? objects.at(-1)?.key;
  if (text === undefined) throw notS3(response, "the listing is incomplete, and does not say how to continue");
  return { by: "marker", text };
}

function objectOf(entry: ListedEntry, isEncoded: boolean, response: HttpResponse): RemoteObject {
  const key = isEncoded ? decodeKey(entry.key) : entry.key;
  if (!key) throw notS3(response, "the listing has an object without a readable key");
  const sizeBytes = entry.size ? Number(entry.size) : undefined;
  const lastModifiedMs = entry.lastModified ? Date.parse(entry.lastModified) : undefined;
  if ((entry.size && !/^\d{1,15}$/.test(entry.size)) || Number.isNaN(lastModifiedMs)) {
    throw notS3(response, `the listing has no valid size or time of "${shown(key)}"`);
  }
  return {
    key,
    sizeBytes,
    etag: entry.etag?.replaceAll('"', "") ?? "",
    lastModifiedMs,
    storageClass: entry.storageClass || "STANDARD",
    ...(entry.checksumAlgorithm === undefined ? {} : { checksumAlgorithm: entry.checksumAlgorithm }),
  };
}

/** Characters that an encoded key cannot contain. Stores differ about other characters; Ceph, for example, does not encode `|`. */
const NEVER_ENCODED = /[^!-~]/;

/** @returns undefined if the key is not encoded as it should be. */
function decodeKey(encoded: string | undefined): string | undefined {
  if (!encoded || !/[%+]/.test(encoded)) return encoded;
  // The store says that it encodes keys, and does not.
  if (NEVER_ENCODED.test(encoded)) return encoded;
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

const SURROGATE = /[\ud800-\udfff]/;

/** Compares keys by their UTF-8 bytes; only with surrogates that is not JavaScript's own order. */
function compareKeys(key: string, other: string): number {
  if (SURROGATE.test(key) || SURROGATE.test(other)) return Buffer.compare(Buffer.from(key), Buffer.from(other));
  return key > other ? 1 : key === other ? 0 : -1;
}

function misplaced(bucket: Bucket, key: string, prefix: string): string {
  return `the store was asked to list what is under "${prefix}" in the bucket "${bucket.name}", and listed "${shown(key)}"`;
}

function shown(key: string): string {
  return shorten(key, MAX_SHOWN_KEY_LENGTH);
}
