import { isDeepStrictEqual } from "node:util";
import type { StepResult } from "../../local/agent/agent.ts";
import { ERROR_CODES } from "../../src/errors/error-codes.ts";
import type { Findings, Stage } from "./stage.ts";

/** What never may happen, by the names of its rows on the page. */
export const NEVER = {
  wrong: "an object, a file, a setting or a record that is neither the old nor the new one",
  undone: "success reported for work that was not done",
  counts: "wrong counts in the output variables of a step that succeeded",
  leftover: "a partial or temporary file after a run that ended by itself",
  leftoverAfterNext: "a partial or temporary file after the next run",
  unfinished: "parts of a multipart upload that stay in the bucket after the next run",
  secret: "a secret in a log",
  unclear: "a failure without a clear error and its code",
  endless: "a step that does not end, or leaves a connection open",
  next: "a next run that does not put everything right",
} as const;

export type Never = keyof typeof NEVER;

/** Something that never may happen, and has happened. */
export interface Violation {
  readonly never: Never;
  readonly what: string;
}

/** What a scenario comes to if nothing goes wrong. */
export interface Reference {
  readonly before: Findings;
  readonly after: Findings;
  readonly afterNext: Findings;
  readonly result: StepResult["result"];
  readonly outputs: Readonly<Record<string, string>>;
  /** The operations that each server was asked for, by the server's name. */
  readonly calls: ReadonlyMap<string, readonly string[]>;
}

/** Looks at a step that has ended by itself, and at what it has left. */
export async function judgeEnd(result: StepResult, stage: Stage, reference: Reference): Promise<Violation[]> {
  const found = await stage.find();
  return [
    ...judgeFindings(found, reference),
    ...(result.result === "Succeeded" ? judgeSuccess(result, found, reference) : judgeFailure(result)),
    ...stage.leftovers().map((what): Violation => ({ never: "leftover", what })),
    ...judgeLog(result, stage),
  ];
}

/** Looks at what a step has left that was killed. */
export async function judgeRemains(stage: Stage, reference: Reference): Promise<Violation[]> {
  return judgeFindings(await stage.find(), reference);
}

/** Looks at a step that was cancelled, or had ended before that. */
export async function judgeCancelled(result: StepResult, stage: Stage, reference: Reference): Promise<Violation[]> {
  if (result.result !== "Canceled") return judgeEnd(result, stage, reference);
  const isClear = result.exitCode !== 0 || codesOf(result).includes("cancelled");
  return [
    ...judgeFindings(await stage.find(), reference),
    ...stage.leftovers().map((what): Violation => ({ never: "leftover", what })),
    ...(result.exitCode === 0 ? [] : [{ never: "endless" as const, what: `exit code ${result.exitCode}` }]),
    ...(isClear ? [] : [{ never: "unclear" as const, what: messagesOf(result).join(" ").slice(0, 300) }]),
    ...judgeLog(result, stage),
  ];
}

/**
 * Looks at the run that came after it, and with which nothing was ordered to go wrong.
 *
 * @param earlierUploads the ids of multipart uploads that were unfinished already when the first run began.
 */
export async function judgeNext(
  result: StepResult,
  stage: Stage,
  { afterNext }: Reference,
  earlierUploads: ReadonlySet<string>,
): Promise<Violation[]> {
  const violations: Violation[] = [];
  const found = await stage.find();
  if (result.result !== "Succeeded") {
    violations.push({ never: "next", what: `it ended with ${result.result}: ${messagesOf(result).join(" ")}` });
  } else if (!isDeepStrictEqual(found, afterNext)) {
    violations.push({ never: "next", what: describeDifference(found, afterNext) });
  }
  for (const what of stage.leftovers()) violations.push({ never: "leftoverAfterNext", what });
  for (const { uploadId, key, parts } of await stage.unfinishedUploads()) {
    const isOwn = parts > 0 && !earlierUploads.has(uploadId);
    if (isOwn) violations.push({ never: "unfinished", what: `${key}, ${parts} parts` });
  }
  return [...violations, ...judgeLog(result, stage)];
}

function judgeFindings(found: Findings, { before, after, afterNext }: Reference): Violation[] {
  const names = new Set([...Object.keys(found), ...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const isKnown = [before[name], after[name], afterNext[name]].includes(found[name]);
    return isKnown ? [] : [{ never: "wrong" as const, what: `${name} is ${found[name]}` }];
  });
}

function judgeSuccess(result: StepResult, found: Findings, reference: Reference): Violation[] {
  const violations: Violation[] = [];
  const isRight = isDeepStrictEqual(found, reference.after) || isDeepStrictEqual(found, reference.afterNext);
  if (reference.result !== "Succeeded" || !isRight)
    violations.push({ never: "undone", what: describeDifference(found, reference.after) });
  if (!isDeepStrictEqual(countsOf(result), reference.outputs))
    violations.push({ never: "counts", what: describeDifference(countsOf(result), reference.outputs) });
  return violations;
}

/** Each failure has an error with a code that says what failed. */
function judgeFailure(result: StepResult): Violation[] {
  if (result.exitCode === null) return [{ never: "endless", what: `${result.log.at(-2) ?? "it wrote nothing"}` }];
  const codes = codesOf(result);
  const isClear = codes.length > 0 && codes.every((code) => code in ERROR_CODES && code !== "unexpected");
  const hasTrace = /^\s+at .*\.js/m.test(result.rawOutput);
  if (isClear && !hasTrace && result.exitCode === 0) return [];
  return [{ never: "unclear", what: `exit code ${result.exitCode}: ${messagesOf(result).join(" ").slice(0, 300)}` }];
}

function judgeLog(result: StepResult, stage: Stage): Violation[] {
  const written = result.rawOutput.split("\n").filter((line) => !line.startsWith("##vso[task.setsecret]"));
  const lines = [...written, ...result.log];
  return stage
    .secrets()
    .filter((secret) => secret !== "" && lines.some((line) => line.includes(secret)))
    .map((secret) => ({ never: "secret", what: lines.find((line) => line.includes(secret)) ?? "" }));
}

/** How many files and redirects were handled. How many bytes that took may differ: a file may be sent again. */
export function countsOf({ outputVariables }: StepResult): Record<string, string> {
  const names = Object.keys(outputVariables).filter((name) => /^(files|redirects)[A-Z]/.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, outputVariables[name]?.value ?? ""]));
}

/** The codes of all errors and warnings of a type. */
export function codesOf({ issues }: StepResult, type: "error" | "warning" = "error"): string[] {
  return issues
    .filter((issue) => issue.type === type && !/^The [Oo]peration (will be|was) cancel/.test(issue.message))
    .map(({ message }) => /\[([a-z-]+)\]$/.exec(message)?.[1] ?? "none");
}

function messagesOf({ issues }: StepResult): string[] {
  return issues.map(({ message }) => message);
}

function describeDifference(found: Findings, wanted: Findings): string {
  const names = new Set([...Object.keys(found), ...Object.keys(wanted)]);
  const different = [...names].filter((name) => found[name] !== wanted[name]);
  return different.map((name) => `${name} is ${found[name]}, not ${wanted[name]}`).join("; ");
}
