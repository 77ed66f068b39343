import { type CaseMiss, type Unused, UseWatch, type WatchedPatterns } from "../../files/pattern-use.ts";
import type { PatternLine } from "../../files/patterns.ts";
import type { SettingRule } from "../options.ts";
import type { PlanRemark } from "./plan.ts";

const CODE = "pattern-without-match";

/**
 * Reports pattern lines that match nothing, or that would match more if case were ignored. An exclusion may be for other builds; an inclusion
 * without a match is a mistake.
 *
 * @param isAnythingFound if nothing is found, only lines that explain why are reported: the step itself reports the rest.
 */
export function remarkOnLines(
  patterns: WatchedPatterns,
  noun: "file" | "object",
  isAnythingFound: boolean,
): PlanRemark[] {
  const misses = patterns.caseMisses();
  const missing = new Set(misses.map(({ line }) => line.number));
  const unused = patterns.unusedLines().filter(({ item }) => !missing.has(item.number));
  const worthSaying = unused.filter(({ item }) => isAnythingFound || escapedSeparator(item.glob));
  return [...misses.map(remarkOnCase), ...worthSaying.map((each) => remarkOnUnused(each, noun))];
}

function remarkOnCase({ line: { number, text, include }, example, otherPaths }: CaseMiss): PlanRemark {
  const others = otherPaths === 0 ? "" : otherPaths === 1 ? " and 1 other" : ` and ${otherPaths} others`;
  const what = `line ${number}, "${text}", does not ${include ? "include" : "exclude"} ${example}${others}`;
  const message = `${what}, because upper and lower case are different. Write the pattern in the same case, or set ignoreCase to true.`;
  return { kind: "warning", input: "globExpressions", code: "pattern-case-differs", message };
}

function remarkOnUnused({ item, suggestion }: Unused<PatternLine>, noun: "file" | "object"): PlanRemark {
  const { number, text, include, glob } = item;
  const sign = include ? "" : "!";
  const what = `line ${number}, "${text}", ${include ? "matches" : "excludes"} no ${noun}.`;
  const escaped = escapedSeparator(glob);
  const input = "globExpressions";
  if (escaped) {
    const { character, separated } = escaped;
    const advice = `A \\ before ${character} makes it a part of the name. To separate folders, write "${sign}${separated}".`;
    return { kind: "warning", input, code: CODE, message: `${what} ${advice}` };
  }
  if (!include && suggestion === undefined) return { kind: "info", input, message: what };
  const meant = suggestion === undefined ? undefined : sign + suggestion;
  return { kind: "warning", input, code: CODE, message: `${what} ${advise(meant, glob)}` };
}

/** A `\` before a bracket was meant to separate folders, as in `sub\(x86)`, but takes the meaning of the bracket. */
function escapedSeparator(glob: string): { readonly character: string; readonly separated: string } | undefined {
  const [, character] = /[^\\/?*+@!]\\([!#(])/.exec(glob) ?? [];
  if (character === undefined) return undefined;
  return { character, separated: glob.replace(/\\(?=[!#(])/g, "/").replaceAll("\\)", ")") };
}

/** Watches which rules of settings match a file, by the paths that it is shown. */
export function watchRules(rules: readonly SettingRule[]): UseWatch<SettingRule> {
  const watch = new UseWatch<SettingRule>();
  for (const rule of rules) {
    const globs = rule.patterns.lines.flatMap(({ include, glob }) => (include ? [glob] : []));
    watch.add(rule, rule.patterns.matches, globs);
  }
  return watch;
}

/** Reports rules of settings that match no file. */
export function remarkOnRules(unused: readonly Unused<SettingRule>[]): PlanRemark[] {
  return unused.map(({ item: { input, line, patterns }, suggestion }) => {
    const texts = patterns.lines.flatMap(({ number, text }) => (number > 0 ? [`"${text}"`] : []));
    const [first = ""] = patterns.lines.map(({ glob }) => glob);
    const message = `line ${line}: the rule for ${texts.join(", ")} matches no file. ${advise(suggestion, first)}`;
    return { kind: "warning", input, code: CODE, message };
  });
}

function advise(suggestion: string | undefined, glob: string): string {
  if (suggestion !== undefined) return `Perhaps you mean "${suggestion}".`;
  const isOfOneFolder = !glob.includes("/") && glob !== "**";
  return `Check the spelling, also upper and lower case.${isOfOneFolder ? ` For all folders, write "**/${glob}".` : ""}`;
}
