import { prefixesOf } from "../../files/below-folder.ts";
import { covers, mayOverlap, type PathPattern } from "./path-pattern.ts";

interface Entry<Item> {
  readonly order: number;
  readonly pattern: PathPattern;
  readonly item: Item;
}

/**
 * Patterns in their order, found by paths: only a few of tens of thousands must be compared to find those that overlap. Patterns that are
 * not one path are kept by what their paths start with, and all of them by the folders above them.
 */
export class PatternIndex<Item> {
  #count = 0;
  readonly #byPath = new Map<string, Entry<Item>[]>();
  /** Of patterns for more than one path. */
  readonly #byHead = new Map<string, Entry<Item>[]>();
  readonly #headLengths = new Set<number>();
  readonly #byFolder = new Map<string, Entry<Item>[]>();

  add(pattern: PathPattern, item: Item): void {
    const entry = { order: this.#count++, pattern, item };
    append(this.#byPath, pattern.path, entry);
    for (const folder of prefixesOf(reachOf(pattern))) append(this.#byFolder, folder, entry);
    if (pattern.kind === "exact") return;
    append(this.#byHead, pattern.head, entry);
    this.#headLengths.add(pattern.head.length);
  }

  /** The first item whose pattern may share a path with this one. */
  firstOverlapping(pattern: PathPattern, accepts: (item: Item) => boolean = () => true): Item | undefined {
    const overlaps = (entry: Entry<Item>) => accepts(entry.item) && mayOverlap(entry.pattern, pattern);
    const lists = [this.#byPath.get(pattern.path) ?? [], ...this.#widerThan(pattern)];
    if (pattern.kind !== "exact") lists.push(this.#byFolder.get(lastFolderOf(pattern.head)) ?? []);
    return first(lists, overlaps);
  }

  /** The first item whose pattern matches all that this one does. */
  firstCovering(pattern: PathPattern, accepts: (item: Item) => boolean): Item | undefined {
    const coversIt = (entry: Entry<Item>) => accepts(entry.item) && covers(entry.pattern, pattern);
    return first([this.#byPath.get(pattern.path) ?? [], ...this.#widerThan(pattern)], coversIt);
  }

  /** Patterns whose paths start as this one's do. */
  #widerThan(pattern: PathPattern): Entry<Item>[][] {
    const reach = reachOf(pattern);
    return [...this.#headLengths].flatMap((length) => {
      const entries = length <= reach.length ? this.#byHead.get(reach.slice(0, length)) : undefined;
      return entries ? [entries] : [];
    });
  }
}

/** What heads of overlapping patterns are parts of: `/docs/*` holds for `/docs` too. */
function reachOf({ kind, path, head }: PathPattern): string {
  return kind === "exact" ? `${path}/` : head;
}

function lastFolderOf(head: string): string {
  return head.slice(0, head.lastIndexOf("/") + 1);
}

function append<Item>(lists: Map<string, Entry<Item>[]>, key: string, entry: Entry<Item>): void {
  const list = lists.get(key);
  if (list) list.push(entry);
  else lists.set(key, [entry]);
}

function first<Item>(lists: readonly Entry<Item>[][], fits: (entry: Entry<Item>) => boolean): Item | undefined {
  const found = lists.flatMap((list) => list.find(fits) ?? []);
  return found.sort((one, other) => one.order - other.order)[0]?.item;
}
