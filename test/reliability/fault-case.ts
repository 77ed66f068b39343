import type { StepResult } from "../../local/agent/agent.ts";
import type { Fault, FaultAction } from "../../local/s3/faults.ts";
import type { FaultKind } from "./fault-kinds.ts";
import { codesOf, countsOf, judgeEnd, judgeNext, type Reference, type Violation } from "./judgement.ts";
import { runQuietly } from "./run-step.ts";
import type { Scenario, Stage } from "./stage.ts";

/** One fault for one request of a scenario. */
export interface FaultCase {
  readonly scenario: Scenario;
  readonly server: string;
  readonly operation: string;
  readonly kind: FaultKind;
  /** Whether it is there to stay, or happens once. */
  readonly isLasting: boolean;
  /** How many such requests pass first. */
  readonly after: number;
}

/** How a run with a fault ended. */
export interface Ending {
  readonly id: string;
  readonly task: string;
  readonly scenario: string;
  readonly operation: string;
  readonly fault: string;
  readonly isLasting: boolean;
  /** `unhurt` needed no more requests than without the fault. */
  readonly end: "unhurt" | "retried" | "warned" | "failed" | "not met";
  readonly codes: readonly string[];
  readonly violations: readonly Violation[];
  /** Multipart uploads that stay: without parts, or those of an earlier run. */
  readonly uploadsLeft: { readonly empty: number; readonly earlier: number };
}

/** 120 s become 0.8 s, 20 s become 0.13 s. */
const SILENT_TIMEOUT_DIVISOR = 150;

/** Names a case, so that it can be run alone. */
export function idOf({ scenario, operation, kind, isLasting, after }: FaultCase): string {
  return [scenario.name, operation, kind.name, isLasting ? "always" : `once, after ${after}`].join(" / ");
}

/** What the scenario comes to if nothing goes wrong. */
export async function refer(scenario: Scenario): Promise<Reference> {
  const stage = await scenario.open();
  try {
    await stage.prepare();
    const before = await stage.find();
    const callsBefore = stage.servers.map((server) => server.calls().length);
    const result = await runQuietly(stage.step, { nameServers: stage.nameServers });
    const calls = stage.servers.map(
      (server, index) => [server.name, server.calls().slice(callsBefore[index])] as const,
    );
    const after = await stage.find();
    stage.clear();
    const next = await runQuietly(stage.step, { nameServers: stage.nameServers });
    if (next.result !== "Succeeded") throw new Error(`${scenario.name}, run again: ${next.log.join("\n")}`);
    const afterNext = await stage.find();
    return { before, after, afterNext, result: result.result, outputs: countsOf(result), calls: new Map(calls) };
  } finally {
    await stage.close();
  }
}

/** Runs a step with a fault, and once more without. */
export async function runFaultCase(fault: FaultCase, reference: Reference): Promise<Ending> {
  const { scenario, kind, isLasting, after } = fault;
  const stage = await scenario.open();
  try {
    await stage.prepare();
    const earlierUploads = new Set((await stage.unfinishedUploads()).map(({ uploadId }) => uploadId));
    const callsBefore = countCalls(stage);
    const refused = { count: 0 };
    const ordered = order(fault, stage, refused);
    const timeoutDivisor = kind.isSilent ? SILENT_TIMEOUT_DIVISOR : 1;
    const result = await runQuietly(stage.step, { timeoutDivisor, refused, nameServers: stage.nameServers });
    const { hits } = ordered;
    ordered.remove();
    const calls = countCalls(stage) - callsBefore;
    const violations = await judgeEnd(result, stage, reference, kind.isFalse !== true);
    stage.clear();
    const next = await runQuietly(stage.step, { nameServers: stage.nameServers });
    violations.push(
      ...(await judgeNext(next, stage, reference, earlierUploads, codesOf(result, "warning").length > 0)),
    );
    const left = await stage.unfinishedUploads();
    const uploadsLeft = {
      empty: left.filter(({ parts }) => parts === 0).length,
      earlier: left.filter(({ uploadId, parts }) => parts > 0 && earlierUploads.has(uploadId)).length,
    };
    const usual = [...reference.calls.values()].reduce((sum, { length }) => sum + length, 0);
    return {
      id: idOf(fault),
      task: scenario.task,
      scenario: scenario.name,
      operation: fault.operation,
      fault: kind.name,
      isLasting,
      end: hits === 0 ? "not met" : endOf(result, calls > usual),
      codes: [...new Set(codesOf(result, result.result === "Failed" ? "error" : "warning"))],
      violations,
      uploadsLeft,
    };
  } finally {
    await stage.close();
  }

  function order({ server: name, operation }: FaultCase, { servers }: Stage, refused: { count: number }): Fault {
    const server = servers.find((each) => each.name === name);
    if (!server) throw new Error(`there is no ${name}`);
    return server.addFault(
      operation,
      actionOf(kind, isLasting, refused),
      isLasting ? Number.POSITIVE_INFINITY : 1,
      after,
    );
  }
}

function countCalls({ servers }: Stage): number {
  return servers.reduce((sum, server) => sum + server.calls().length, 0);
}

/** A server that goes away with a request resets the connection, and refuses the next ones. */
function actionOf({ action, refusals }: FaultKind, isLasting: boolean, refused: { count: number }): FaultAction {
  if (refusals === undefined) return action;
  return {
    kind: "rewrite",
    work: "unread",
    rewrite: () => {
      refused.count = isLasting ? Number.POSITIVE_INFINITY : refusals;
      return { bytes: Buffer.alloc(0), connection: "reset" };
    },
  };
}

function endOf(result: StepResult, isRetried: boolean): Ending["end"] {
  if (result.result === "Failed") return "failed";
  if (codesOf(result, "warning").length > 0) return "warned";
  return isRetried ? "retried" : "unhurt";
}
