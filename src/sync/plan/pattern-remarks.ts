import type { Unused } from "../../files/pattern-use.ts";
import type { PatternLine } from "../../files/patterns.ts";
import type { SettingRule } from "../options.ts";
import type { PlanRemark } from "./plan.ts";

const CODE = "pattern-without-match";

/** Reports pattern lines that match nothing. An exclusion may be for other builds; an inclusion without a match is a mistake. */
export function remarkOnLines(unused: readonly Unused<PatternLine>[], noun: "file" | "object"): PlanRemark[] {
  return unused.map(({ item: { number, text, include, glob }, suggestion }) => {
    const line = `line ${number}, "${text}",`;
    const input = "globExpressions";
    if (include)
      return { kind: "warning", input, code: CODE, message: `${line} matches no ${noun}. ${advise(suggestion, glob)}` };
    if (suggestion === undefined) return { kind: "info", input, message: `${line} excludes no ${noun}.` };
    return {
      kind: "warning",
      input,
      code: CODE,
      message: `${line} excludes no ${noun}. ${advise(`!${suggestion}`, glob)}`,
    };
  });
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
