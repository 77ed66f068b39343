import type { CodedMessage } from "../../errors/coded-message.ts";
import { listSome } from "../list-some.ts";

/** Why a line of a file of the site cannot be understood. */
export interface LineMessage extends CodedMessage {
  /** From 1. */
  readonly line: number;
}

/** A line that is understood, and of which the publish does not do all that it says. */
export interface LineWarning {
  /** From 1. */
  readonly line: number;
  /** A rule by its path, or a header by its name. */
  readonly subject: { readonly kind: "rule" | "header"; readonly name: string };
  readonly outcome: "skipped" | "without effect";
  /** The end of a sentence, and whole sentences after it. */
  readonly reason: string;
  /** The same for all lines of a kind, if the reason names one more line. */
  readonly commonReason?: string;
}

/** A line says something that others support and this task does not. */
export class UnsupportedError extends Error {
  override readonly name: string = "UnsupportedError";
}

/** Of more lines of a kind, the rest is counted. */
const MAX_NAMED_LINES = 10;
const MAX_NAMED_SUBJECTS = 3;

/** Writes warnings for people, those with the same reason in one. */
export function describeWarnings(file: string, warnings: readonly LineWarning[]): string[] {
  const groups = new Map<string, LineWarning[]>();
  for (const warning of warnings) {
    const key = `${warning.subject.kind} ${warning.outcome} ${warning.commonReason ?? warning.reason}`;
    const group = groups.get(key);
    if (group) group.push(warning);
    else groups.set(key, [warning]);
  }
  return [...groups.values()].map((group) => describeGroup(file, group));
}

function describeGroup(file: string, group: readonly LineWarning[]): string {
  const [{ subject, outcome, reason, commonReason = reason }] = group as readonly [LineWarning];
  const names = [...new Set(group.map((each) => each.subject.name))];
  const lines = group.map(({ line }) => `${line}`);
  const place = `${file}, ${lines.length === 1 ? "line" : "lines"} ${listSome(lines, MAX_NAMED_LINES)}`;
  const isOne = names.length === 1;
  const what = `${subject.kind === "rule" ? `the ${isOne ? "rule" : "rules"} for ` : ""}${listSome(names, MAX_NAMED_SUBJECTS)}`;
  const verb =
    outcome === "skipped" ? (isOne ? "is skipped" : "are skipped") : isOne ? "has no effect" : "have no effect";
  return `${place}: ${what} ${verb}: ${group.length === 1 ? reason : commonReason}`;
}
