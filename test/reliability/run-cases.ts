import { type EndCase, type EndOutcome, endIdOf, runEndCase } from "./end-case.ts";
import { type Ending, type FaultCase, idOf, refer, runFaultCase } from "./fault-case.ts";
import type { Reference } from "./judgement.ts";
import { planEnds, planFaults, type References } from "./plan-cases.ts";
import { SCENARIOS } from "./scenarios.ts";
import type { Scenario } from "./stage.ts";

/** Which cases to run. */
export interface Amounts {
  readonly seed: number;
  readonly kills: number;
  readonly cancels: number;
}

/** A case that can be run, and named. */
export type Case =
  | { readonly kind: "fault"; readonly id: string; readonly order: FaultCase }
  | { readonly kind: "end"; readonly id: string; readonly order: EndCase };

/** How a case ended. */
export type CaseResult =
  | { readonly kind: "fault"; readonly ending: Ending }
  | { readonly kind: "end"; readonly outcome: EndOutcome };

/** So many cases at a time: each waits for its servers now and then. */
const CASES_AT_A_TIME = 3;

/** Finds out what each scenario comes to if nothing goes wrong. */
export async function referAll(scenarios: readonly Scenario[] = SCENARIOS): Promise<References> {
  const references = new Map<Scenario, Reference>();
  await inTurns(scenarios, async (scenario) => void references.set(scenario, await refer(scenario)));
  // In their own order, whichever was ready first.
  return new Map(scenarios.map((scenario) => [scenario, references.get(scenario) as Reference]));
}

/** All cases of a run; the same ones for the same seed. */
export function planCases(references: References, { seed, kills, cancels }: Amounts): Case[] {
  const ends = [...planEnds(references, "kill", kills, seed), ...planEnds(references, "cancel", cancels, seed)];
  return [
    ...planFaults(references, seed).map((order) => ({ kind: "fault" as const, id: idOf(order), order })),
    ...ends.map((order) => ({ kind: "end" as const, id: endIdOf(order), order })),
  ];
}

/** @throws {Error} if the case cannot be run as such, with its name. */
export async function runCase(each: Case, references: References): Promise<CaseResult> {
  const reference = references.get(each.order.scenario) as Reference;
  try {
    return each.kind === "fault"
      ? { kind: "fault", ending: await runFaultCase(each.order, reference) }
      : { kind: "end", outcome: await runEndCase(each.order, reference) };
  } catch (error) {
    throw new Error(`${each.id} could not be run: ${(error as Error).stack}`);
  }
}

/** Does something with each, a few at a time. */
export async function inTurns<T>(values: readonly T[], act: (value: T) => Promise<void>): Promise<void> {
  const waiting = [...values];
  const turns = Array.from({ length: CASES_AT_A_TIME }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await act(next);
  });
  await Promise.all(turns);
}
