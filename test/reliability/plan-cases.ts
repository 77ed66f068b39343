import { type Random, randomFrom } from "../random.ts";
import { type EndCase, MOMENTS } from "./end-case.ts";
import type { FaultCase } from "./fault-case.ts";
import { FAULT_KINDS } from "./fault-kinds.ts";
import type { Reference } from "./judgement.ts";
import type { Scenario, TaskName } from "./stage.ts";

/** The scenarios with what each comes to. */
export type References = ReadonlyMap<Scenario, Reference>;

/** In how many cases a fault is there to stay. */
const LASTING_SHARE = 0.3;
/** A killed task may have gone on for so long with its other requests. */
const MAX_DELAY_MS = 30;

interface SentRequest {
  readonly scenario: Scenario;
  readonly server: string;
  readonly operation: string;
  /** How many of them the scenario sends. */
  readonly count: number;
}

/**
 * Each fault for each kind of request of each task, in one of the scenarios that send it: once, at any of these requests, or always.
 *
 * @param seed the same cases come from the same one.
 */
export function planFaults(references: References, seed: number): FaultCase[] {
  const random = randomFrom(seed);
  return [...requestsByKind(references).values()].flatMap((requests) =>
    FAULT_KINDS.filter(({ operations }) => operations?.test(requests[0]?.operation ?? "") ?? true).map((kind) => {
      const { count, ...request } = random.pick(requests);
      const isLasting = random.chance(LASTING_SHARE);
      return { ...request, kind, isLasting, after: isLasting ? 0 : random.below(count) };
    }),
  );
}

/** Kills or cancels at requests of any kind, as many in each task. */
export function planEnds(references: References, by: "kill" | "cancel", count: number, seed: number): EndCase[] {
  const random = randomFrom(seed + (by === "kill" ? 1 : 2));
  const byTask = new Map<TaskName, Scenario[]>();
  for (const scenario of references.keys()) {
    // Its names are known to no DNS.
    if (scenario.name === "publish with a domain") continue;
    byTask.set(scenario.task, [...(byTask.get(scenario.task) ?? []), scenario]);
  }
  const tasks = [...byTask.values()];
  return Array.from({ length: count }, (_, index) => {
    const scenario = random.pick(tasks[index % tasks.length] ?? []);
    return {
      scenario,
      by,
      ...chooseRequest(references.get(scenario) as Reference, random),
      delayMs: random.below(MAX_DELAY_MS),
    };
  });
}

function chooseRequest(
  { calls }: Reference,
  random: Random,
): Pick<EndCase, "server" | "operation" | "after" | "moment"> {
  const all = [...calls].flatMap(([server, operations]) => operations.map((operation) => ({ server, operation })));
  const index = random.below(all.length);
  const chosen = all[index] as (typeof all)[number];
  const after = all.slice(0, index).filter(({ operation }) => operation === chosen.operation).length;
  return { ...chosen, after, moment: random.pick(MOMENTS) };
}

/** By task and operation. */
function requestsByKind(references: References): Map<string, SentRequest[]> {
  const kinds = new Map<string, SentRequest[]>();
  for (const [scenario, { calls }] of references) {
    for (const [server, operations] of calls) {
      for (const operation of new Set(operations)) {
        const count = operations.filter((each) => each === operation).length;
        const kind = `${scenario.task} ${operation}`;
        kinds.set(kind, [...(kinds.get(kind) ?? []), { scenario, server, operation, count }]);
      }
    }
  }
  return kinds;
}
