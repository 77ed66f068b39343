import { type PathPatterns, type PatternLine, parsePatterns } from "./patterns.ts";

/** Something with patterns that matched no path. */
export interface Unused<Item> {
  readonly item: Item;
  /** A pattern that would have matched, and that people often mean. */
  readonly suggestion: string | undefined;
}

/** What is looked for is mostly found among the first paths, and each takes time. */
const MAX_PATHS_FOR_SUGGESTIONS = 10_000;

interface Watch {
  readonly test: (path: string) => boolean;
  readonly meanings: readonly PatternLine[];
  suggestion: string | undefined;
}

/** Notes of several things with patterns which of them match no path that is seen. */
export class UseWatch<Item> {
  readonly #watches = new Map<Item, Watch>();
  #pathsSeen = 0;

  /** @param globs of the item, without the `!` of an exclusion. */
  add(item: Item, test: (path: string) => boolean, globs: readonly string[]): void {
    this.#watches.set(item, { test, meanings: globs.flatMap(likelyMeanings), suggestion: undefined });
  }

  see(path: string): void {
    this.#pathsSeen++;
    for (const [item, watch] of this.#watches) {
      if (watch.test(path)) this.#watches.delete(item);
      else if (watch.suggestion === undefined && this.#pathsSeen <= MAX_PATHS_FOR_SUGGESTIONS) {
        const meaning = watch.meanings.find((line) => line.test(path));
        if (meaning) watch.suggestion = meaning.text;
      }
    }
  }

  /** A folder that is not read may be what was meant. */
  seeSkippedFolder(folder: string): void {
    for (const watch of this.#watches.values()) {
      watch.suggestion ??= watch.meanings.find(({ glob, test }) => glob.endsWith("/**") && test(`${folder}/x`))?.text;
    }
  }

  /** Counts items as used. */
  settle(isUsed: (item: Item) => boolean): void {
    for (const item of this.#watches.keys()) if (isUsed(item)) this.#watches.delete(item);
  }

  unused(): Unused<Item>[] {
    return [...this.#watches].map(([item, { suggestion }]) => ({ item, suggestion }));
  }
}

/** Patterns that note which of their lines match something. */
export interface WatchedPatterns extends PathPatterns {
  unusedLines(): Unused<PatternLine>[];
}

/**
 * Watches which lines match any of the paths that the patterns are asked about. An exclusion also counts as used if it may match
 * something in a folder that is not read.
 */
export function watchPatterns(patterns: PathPatterns): WatchedPatterns {
  const watch = new UseWatch<PatternLine>();
  for (const line of patterns.lines) if (line.number > 0) watch.add(line, line.test, [line.glob]);
  return {
    ...patterns,
    matches(path) {
      watch.see(path);
      return patterns.matches(path);
    },
    covers(name) {
      watch.see(name);
      return patterns.covers(name);
    },
    mayMatchBelow(folder) {
      const mayMatch = patterns.mayMatchBelow(folder);
      if (!mayMatch) {
        watch.settle((line) => !line.include && line.mayMatchBelow(folder));
        watch.seeSkippedFolder(folder);
      }
      return mayMatch;
    },
    unusedLines: () => watch.unused(),
  };
}

/** A folder without its `/`, a pattern for one folder that was meant for any depth, and a `/` that keys do not start with. */
function likelyMeanings(glob: string): readonly PatternLine[] {
  const name = glob.replace(/^\/+/, "").replace(/\/\*\*$/, "");
  const texts = [name, `${name}/`, ...(name.startsWith("**/") ? [] : [`**/${name}`, `**/${name}/`])];
  const isPattern = (text: string) => text !== glob && !/^!|^#|^$/.test(text);
  return texts.filter(isPattern).flatMap((text) => parsePatterns([text], { isOfKeys: true }).lines);
}
