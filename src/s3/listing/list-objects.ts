import { CodedError } from "../../errors/coded-error.ts";
import { compareUtf8 } from "../../files/byte-order.ts";
import type { Bucket } from "../bucket.ts";
import {
  endlessListingGuard,
  type Page,
  type Position,
  type RemoteObject,
  requestPage,
  shown,
} from "./request-page.ts";

export type { RemoteObject } from "./request-page.ts";

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
  objects.sort((a, b) => compareUtf8(a.key, b.key));
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
  const goesOn = endlessListingGuard();
  let previousKey = "";

  function request(position: Position | undefined): Promise<Page> {
    const page = requestPage(bucket, { prefix }, position, eitherSignal);
    // It may fail while the caller still works on the page before; the error is thrown when the page is requested.
    page.catch(() => undefined);
    return page;
  }

  try {
    for (let next: Promise<Page> | undefined = request(undefined); next; ) {
      const page: Page = await next;
      const position = goesOn(page);
      next = position && request(position);
      for (const object of page.objects) {
        if (!object.key.startsWith(prefix))
          throw new ListingError("listing-invalid", misplaced(bucket, object.key, prefix));
        if (mustBeInOrder && compareUtf8(object.key, previousKey) <= 0) {
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

function misplaced(bucket: Bucket, key: string, prefix: string): string {
  return `the store was asked to list what is under "${prefix}" in the bucket "${bucket.name}", and listed "${shown(key)}"`;
}
