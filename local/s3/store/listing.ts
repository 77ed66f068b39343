import type { KeyIndex } from "./key-index.ts";
import { compareKeys } from "./key-order.ts";

/** Where a listing goes on. */
export interface ListingPosition {
  /** The last key, or the last common prefix, that has been listed. */
  readonly after: string;
  /** Whether `after` is a common prefix, so that all keys under it have been listed too. */
  readonly isPrefix: boolean;
}

export interface ListingQuery {
  readonly prefix: string;
  /** Keys that have it after the prefix are rolled up; "" for none. */
  readonly delimiter: string;
  readonly position: ListingPosition | undefined;
  readonly maxKeys: number;
}

export type ListingEntry = { readonly key: string } | { readonly commonPrefix: string };

export interface ListingPage {
  readonly entries: readonly ListingEntry[];
  /** Where the next page begins; undefined when this one is the last. */
  readonly next: ListingPosition | undefined;
}

/** One page of keys and common prefixes, in UTF-8 byte order, both counted. */
export function listPage(index: KeyIndex, query: ListingQuery): ListingPage {
  const entries: ListingEntry[] = [];
  let key = firstKey(index, startOf(query));
  while (key?.startsWith(query.prefix)) {
    if (entries.length >= query.maxKeys) return { entries, next: positionAfter(entries.at(-1)) };
    const commonPrefix = commonPrefixOf(key, query);
    entries.push(commonPrefix === undefined ? { key } : { commonPrefix });
    key = firstKey(index, commonPrefix === undefined ? after(key) : afterAllUnder(commonPrefix));
  }
  return { entries, next: undefined };
}

/** What a key is rolled up into, or undefined. */
export function commonPrefixOf(
  key: string,
  { prefix, delimiter }: Pick<ListingQuery, "prefix" | "delimiter">,
): string | undefined {
  if (delimiter === "") return undefined;
  const found = key.indexOf(delimiter, prefix.length);
  return found < 0 ? undefined : key.slice(0, found + delimiter.length);
}

type IsBefore = (key: string) => boolean;

function startOf({ prefix, position }: ListingQuery): IsBefore {
  if (position === undefined) return (key) => compareKeys(key, prefix) < 0;
  const isListed = position.isPrefix ? afterAllUnder(position.after) : after(position.after);
  return (key) => compareKeys(key, prefix) < 0 || isListed(key);
}

function after(last: string): IsBefore {
  return (key) => compareKeys(key, last) <= 0;
}

function afterAllUnder(prefix: string): IsBefore {
  return (key) => compareKeys(key, prefix) < 0 || key.startsWith(prefix);
}

function firstKey(index: KeyIndex, isBefore: IsBefore): string | undefined {
  const { value } = index.from(isBefore).next();
  return value ?? undefined;
}

/** With max-keys 0 nothing is listed and nothing follows. */
function positionAfter(last: ListingEntry | undefined): ListingPosition | undefined {
  if (last === undefined) return undefined;
  return "key" in last ? { after: last.key, isPrefix: false } : { after: last.commonPrefix, isPrefix: true };
}
