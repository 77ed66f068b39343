import { hash } from "node:crypto";
import { type Random, randomFrom } from "../random.ts";
import { type EndCase, MOMENTS } from "./end-case.ts";
import type { FaultCase } from "./fault-case.ts";
import { FAULT_KINDS, type FaultKind } from "./fault-kinds.ts";
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
  return [...requestsByKind(references)].flatMap(([requestKind, requests]) =>
    FAULT_KINDS.filter((kind) => isOrderedFor(kind, requests[0]?.operation ?? "")).map((kind) => {
      // What is added to the faults or to the requests changes no other case.
      const random = randomFrom(hash("md5", `${seed} ${requestKind} ${kind.name}`, "buffer").readUInt32LE());
      const { count, ...request } = random.pick(requests);
      const isLasting = random.chance(LASTING_SHARE);
      return { ...request, kind, isLasting, after: isLasting ? 0 : random.below(count) };
    }),
  );
}

/** The case of a name; undefined if it names none that is ordered. */
export function faultNamed(id: string, references: References): FaultCase | undefined {
  const [scenarioName, operation = "", kindName, often = ""] = id.split(" / ");
  const kind = FAULT_KINDS.find(({ name }) => name === kindName);
  const [scenario, reference] = [...references].find(([{ name }]) => name === scenarioName) ?? [];
  const [server] = [...(reference?.calls ?? [])].find(([, operations]) => operations.includes(operation)) ?? [];
  if (!kind || !scenario || !server || !isOrderedFor(kind, operation)) return undefined;
  const [, after] = /^once, after (\d+)$/.exec(often) ?? [];
  return { scenario, server, operation, kind, isLasting: after === undefined, after: Number(after ?? 0) };
}

/** Whether a fault is ordered for an operation. */
function isOrderedFor({ operations }: FaultKind, operation: string): boolean {
  return operations === undefined || operations.test(operation);
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

/** By task, its mode and operation. */
function requestsByKind(references: References): Map<string, SentRequest[]> {
  const kinds = new Map<string, SentRequest[]>();
  for (const [scenario, { calls }] of references) {
    for (const [server, operations] of calls) {
      for (const operation of new Set(operations)) {
        const count = operations.filter((each) => each === operation).length;
        const kind = [scenario.task, scenario.mode, operation].filter(Boolean).join(" ");
        kinds.set(kind, [...(kinds.get(kind) ?? []), { scenario, server, operation, count }]);
      }
    }
  }
  return kinds;
}
