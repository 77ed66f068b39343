import { shorten } from "../../errors/bounded-text.ts";
import { compareUtf8 } from "../../files/byte-order.ts";
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

/** The most that S3 gives at once. */
const MAX_KEYS = 1000;

/** No key has more than 1,024 bytes; what a server lists as one may be of any length. */
const MAX_SHOWN_KEY_LENGTH = 1100;

/** One page of a listing. */
export interface Page {
  readonly response: HttpResponse;
  readonly objects: readonly RemoteObject[];
  /** What keys have in common up to the next delimiter; none without a delimiter. */
  readonly folders: readonly string[];
  /** Undefined at the end of the listing. */
  readonly next: Position | undefined;
}

/** A store may return pages without objects, for example after many deletions. This many in a row are an error. */
const MAX_EMPTY_PAGES = 1000;

/** Where a listing continues: at the store's token, or after a key in stores that only know the first version of the request. */
export interface Position {
  readonly by: "continuation-token" | "marker";
  readonly text: string;
}

/**
 * Makes a function for one listing, which gets each page and returns where the next one begins; undefined at the end.
 *
 * The function throws {ServiceError} if the listing would never end: it comes to the same position again, or to no object any more.
 */
export function endlessListingGuard(): (page: Page) => Position | undefined {
  const seenPositions = new Set<string>();
  let emptyPages = 0;
  return ({ response, objects, folders, next }) => {
    if (next === undefined) return undefined;
    emptyPages = objects.length + folders.length > 0 ? 0 : emptyPages + 1;
    if (emptyPages > MAX_EMPTY_PAGES) {
      throw notS3(response, `the listing has more than ${MAX_EMPTY_PAGES} pages in a row without an object`);
    }
    if (seenPositions.has(next.text)) throw notS3(response, "the listing repeats itself");
    seenPositions.add(next.text);
    return next;
  };
}

/**
 * Asks for a page of a listing.
 *
 * @param start which keys: those with a prefix, where those that have more in common up to a delimiter count as one folder.
 * @param position undefined for the first page.
 * @throws {ServiceError} if S3 refuses, or the answer is not one that S3 gives; else what `Bucket.send` throws.
 */
export async function requestPage(
  bucket: Bucket,
  { prefix, delimiter }: { readonly prefix: string; readonly delimiter?: string },
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
      ...(delimiter === undefined ? {} : { delimiter }),
      ...(position === undefined ? {} : { [position.by]: position.text }),
    },
    signal,
  });
  const page = await readListingPage(response);
  const isEncoded = page.encodingType === "url";
  const objects = page.entries.map((entry) => objectOf(entry, isEncoded, response));
  const folders = page.commonPrefixes.map((folder) => readKey(folder, isEncoded, response));
  return { response, objects, folders, next: nextPosition(page, objects, folders, response) };
}

function nextPosition(
  { isTruncated, nextToken, nextMarker, encodingType }: ListingPage,
  objects: readonly RemoteObject[],
  folders: readonly string[],
  response: HttpResponse,
): Position | undefined {
  const mayGoOn = isTruncated ?? (nextToken !== undefined || objects.length + folders.length >= MAX_KEYS);
  if (!mayGoOn) return undefined;
  if (nextToken !== undefined) return { by: "continuation-token", text: nextToken };
  const marker = encodingType === "url" ? decodeKey(nextMarker) : nextMarker;
  const text = marker ?? lastOf(objects.at(-1)?.key, folders.at(-1));
  if (text === undefined) throw notS3(response, "the listing is incomplete, and does not say how to continue");
  return { by: "marker", text };
}

function lastOf(key: string | undefined, folder: string | undefined): string | undefined {
  return key !== undefined && folder !== undefined && compareUtf8(folder, key) > 0 ? folder : (key ?? folder);
}

function objectOf(entry: ListedEntry, isEncoded: boolean, response: HttpResponse): RemoteObject {
  const key = readKey(entry.key, isEncoded, response);
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

function readKey(text: string | undefined, isEncoded: boolean, response: HttpResponse): string {
  const key = isEncoded ? decodeKey(text) : text;
  if (!key) throw notS3(response, "the listing has an object without a readable key");
  return key;
}

/** Characters that an encoded key cannot contain. Stores differ about other characters; Ceph, for example, does not encode `|`. */
const NEVER_ENCODED = /[^!-~]/;

/** @returns undefined if the key is not encoded correctly. */
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

/** A key for a message. */
export function shown(key: string): string {
  return shorten(key, MAX_SHOWN_KEY_LENGTH);
}
