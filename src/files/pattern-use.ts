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

/** A line that would have decided otherwise about some paths if case were ignored. */
export interface CaseMiss {
  readonly line: PatternLine;
  /** The first such path; of a folder that was not read, with a `/` at its end. */
  readonly example: string;
  readonly otherPaths: number;
}

/** A character that may be the same as another one if case is ignored, where all others are small letters of ASCII. */
const MAY_FOLD = /[A-Z\u0080-\uffff]/;

/** Notes what patterns miss only because of case. */
class CaseWatch {
  readonly #ignoringCase: PathPatterns;
  /** Whether a path of small letters can be a miss. */
  readonly #mayFoldPatterns: boolean;
  readonly #misses = new Map<PatternLine, CaseMiss>();

  constructor(ignoringCase: PathPatterns) {
    this.#ignoringCase = ignoringCase;
    this.#mayFoldPatterns = ignoringCase.lines.some(({ glob }) => MAY_FOLD.test(glob));
  }

  /** @param ask the question that the patterns have answered with `answer`. */
  see(path: string, answer: boolean, ask: "matches" | "covers"): void {
    // Matching once more would take as long as matching itself, and most paths need none.
    if (!this.#mayFoldPatterns && !MAY_FOLD.test(path)) return;
    if (this.#ignoringCase[ask](path) === answer) return;
    const line = this.#ignoringCase.decisiveLine(path);
    if (line) this.#note(line, path);
  }

  seeSkippedFolder(folder: string): void {
    if (!this.#ignoringCase.mayMatchBelow(folder)) return;
    const line = this.#ignoringCase.lines.findLast(({ include, mayMatchBelow }) => include && mayMatchBelow(folder));
    if (line) this.#note(line, `${folder}/`);
  }

  misses(): CaseMiss[] {
    return [...this.#misses.values()].sort((one, other) => one.line.number - other.line.number);
  }

  #note(line: PatternLine, path: string): void {
    const { example = path, otherPaths = -1 } = this.#misses.get(line) ?? {};
    this.#misses.set(line, { line, example, otherPaths: otherPaths + 1 });
  }
}

/** Patterns that note which of their lines match something. */
export interface WatchedPatterns extends PathPatterns {
  unusedLines(): Unused<PatternLine>[];
  /** The lines that would match more if case were ignored. */
  caseMisses(): CaseMiss[];
}

/**
 * Watches which lines match any of the paths that the patterns are asked about. An exclusion also counts as used if it may match
 * something in a folder that is not read.
 */
export function watchPatterns(patterns: PathPatterns): WatchedPatterns {
  const watch = new UseWatch<PatternLine>();
  for (const line of patterns.lines) if (line.number > 0) watch.add(line, line.test, [line.glob]);
  const ignoringCase = patterns.ignoringCase();
  const caseWatch = ignoringCase && new CaseWatch(ignoringCase);
  const answer = (path: string, ask: "matches" | "covers") => {
    watch.see(path);
    const isMatch = patterns[ask](path);
    caseWatch?.see(path, isMatch, ask);
    return isMatch;
  };
  return {
    ...patterns,
    matches: (path) => answer(path, "matches"),
    covers: (name) => answer(name, "covers"),
    mayMatchBelow(folder) {
      const mayMatch = patterns.mayMatchBelow(folder);
      if (!mayMatch) {
        watch.settle((line) => !line.include && line.mayMatchBelow(folder));
        watch.seeSkippedFolder(folder);
        caseWatch?.seeSkippedFolder(folder);
      }
      return mayMatch;
    },
    unusedLines: () => watch.unused(),
    caseMisses: () => caseWatch?.misses() ?? [],
  };
}

/** A folder without its `/`, a pattern for one folder that was meant for any depth, and a `/` that keys do not start with. */
function likelyMeanings(glob: string): readonly PatternLine[] {
  const name = glob.replace(/^\/+/, "").replace(/\/\*\*$/, "");
  const texts = [name, `${name}/`, ...(name.startsWith("**/") ? [] : [`**/${name}`, `**/${name}/`])];
  const isPattern = (text: string) => text !== glob && !/^!|^#|^$/.test(text);
  return texts.filter(isPattern).flatMap((text) => parsePatterns([text], { isOfKeys: true }).lines);
}
