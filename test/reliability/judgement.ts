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

/**
 * Looks at a step that has ended by itself, and at what it has left.
 *
 * @param isCounted whether it had to do as much as without a fault, and no more.
 */
export async function judgeEnd(
  result: StepResult,
  stage: Stage,
  reference: Reference,
  isCounted = true,
): Promise<Violation[]> {
  if (result.exitCode === null) return [{ never: "endless", what: result.log.at(-2) ?? "it wrote nothing" }];
  const found = await stage.find();
  return [
    ...judgeFindings(found, stage, reference),
    ...(result.result === "Succeeded" ? judgeSuccess(result, found, reference, isCounted) : judgeFailure(result)),
    ...stage.leftovers().map((what): Violation => ({ never: "leftover", what })),
    ...judgeLog(result, stage),
  ];
}

/** Looks at what a step has left that was killed. */
export async function judgeRemains(stage: Stage, reference: Reference): Promise<Violation[]> {
  // Its temporary files stay until the next run.
  const temporary = new Set(stage.leftovers().map((path) => `file ${path}`));
  const found = Object.entries(await stage.find()).filter(([name]) => !temporary.has(name));
  return judgeFindings(Object.fromEntries(found), stage, reference);
}

/** Looks at a step that was cancelled, or had ended before that. */
export async function judgeCancelled(result: StepResult, stage: Stage, reference: Reference): Promise<Violation[]> {
  if (result.result !== "Canceled") return judgeEnd(result, stage, reference);
  const found = await stage.find();
  // A task that had done everything before the signal came has nothing to say of it.
  const isDone = isThere(reference.after, found, false);
  const isClear = isDone || (result.exitCode === 0 && codesOf(result).includes("cancelled"));
  return [
    ...judgeFindings(found, stage, reference),
    ...stage.leftovers().map((what): Violation => ({ never: "leftover", what })),
    ...(isClear
      ? []
      : [{ never: "unclear" as const, what: `exit code ${result.exitCode}: ${messagesOf(result).join(" ")}` }]),
    ...judgeLog(result, stage),
  ];
}

/**
 * Looks at the run that came after it, and with which nothing was ordered to go wrong.
 *
 * @param earlierUploads the ids of multipart uploads that were unfinished already when the first run began.
 * @param isWarned whether the first run has warned of caches that it did not empty.
 */
export async function judgeNext(
  result: StepResult,
  stage: Stage,
  { after, afterNext }: Reference,
  earlierUploads: ReadonlySet<string>,
  isWarned = false,
): Promise<Violation[]> {
  const violations: Violation[] = [];
  const found = await stage.find();
  if (result.result !== "Succeeded") {
    violations.push({ never: "next", what: `it ended with ${result.result}: ${messagesOf(result).join(" ")}` });
  } else if (![after, afterNext].some((wanted) => isThere(wanted, found, isWarned))) {
    // What a publish has removed from the site is kept until the publish after it.
    violations.push({ never: "next", what: describeDifference(found, afterNext) });
  }
  for (const what of stage.leftovers()) violations.push({ never: "leftoverAfterNext", what });
  for (const { uploadId, key, parts } of await stage.unfinishedUploads()) {
    const isOwn = parts > 0 && !earlierUploads.has(uploadId);
    if (isOwn) violations.push({ never: "unfinished", what: `${key}, ${parts} parts` });
  }
  return [...violations, ...judgeLog(result, stage)];
}

function judgeFindings(found: Findings, { passing = {} }: Stage, reference: Reference): Violation[] {
  const states = [reference.before, reference.after, reference.afterNext, passing];
  const names = new Set([found, ...states.slice(0, 2)].flatMap((state) => Object.keys(state)));
  return [...names].flatMap((name) => {
    const isKnown = isHarmless(name) || states.some((state) => state[name] === found[name]);
    return isKnown ? [] : [{ never: "wrong" as const, what: `${name} is ${found[name]}` }];
  });
}

function judgeSuccess(
  result: StepResult,
  found: Findings,
  { after, afterNext, outputs, result: usualResult }: Reference,
  isCounted: boolean,
): Violation[] {
  const violations: Violation[] = [];
  // Of caches that hold what was there before, a warning is enough: the site is live.
  const isWarned = codesOf(result, "warning").length > 0;
  const isRight = [after, afterNext].some((wanted) => isThere(wanted, found, isWarned));
  if (usualResult !== "Succeeded" || !isRight)
    violations.push({ never: "undone", what: describeDifference(found, after) });
  if (isCounted && !isDeepStrictEqual(countsOf(result), outputs))
    violations.push({ never: "counts", what: describeDifference(countsOf(result), outputs) });
  return violations;
}

/** Whether all that is wanted was found, and nothing else that matters. */
function isThere(wanted: Findings, found: Findings, isWarned: boolean): boolean {
  const needed = Object.keys(wanted).filter((name) => !(isWarned && isHarmless(name)));
  const names = [...needed, ...Object.keys(found).filter((name) => !isHarmless(name))];
  return names.every((name) => found[name] === wanted[name]);
}

/** To take more out of caches than has changed does no harm. */
function isHarmless(name: string): boolean {
  return name.startsWith("invalidated ");
}

/** Each failure has an error with a code that says what failed. */
function judgeFailure(result: StepResult): Violation[] {
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
