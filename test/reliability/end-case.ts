import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runStep, type StepResult } from "../../local/agent/agent.ts";
import type { FaultAction } from "../../local/s3/faults.ts";
import { StepProcess } from "../tasks/publish-process.ts";
import { judgeCancelled, judgeNext, judgeRemains, type Reference, type Violation } from "./judgement.ts";
import { runQuietly } from "./run-step.ts";
import type { Scenario, Stage } from "./stage.ts";
import { cutInBody, distorted } from "./wire-faults.ts";

/** How far the request is during which a step is ended. */
export const MOMENTS = ["before the work", "after the work", "within the answer"] as const;
type Moment = (typeof MOMENTS)[number];

/** The end of a step from outside, at some request. */
export interface EndCase {
  readonly scenario: Scenario;
  readonly by: "kill" | "cancel";
  readonly server: string;
  readonly operation: string;
  /** How many such requests come first. */
  readonly after: number;
  readonly moment: Moment;
  /** How long the task may go on with what it has, and with its other requests. */
  readonly delayMs: number;
}

/** How such a step ended. */
export interface EndOutcome {
  readonly id: string;
  readonly task: string;
  readonly by: "kill" | "cancel";
  readonly moment: Moment;
  /** False if the step ended by itself before. */
  readonly isMet: boolean;
  readonly violations: readonly Violation[];
}

/** Names a case, so that it can be run alone. */
export function endIdOf({ by, scenario, operation, after, moment, delayMs }: EndCase): string {
  return [by, scenario.name, operation, `after ${after}`, moment, `${delayMs} ms`].join(" / ");
}

/** Starts a packaged task in a process of its own, ends it at its request, and runs it once more. */
export async function runEndCase(order: EndCase, reference: Reference): Promise<EndOutcome> {
  const { scenario, by, moment } = order;
  const stage = await scenario.open();
  try {
    await stage.prepare();
    const earlierUploads = new Set((await stage.unfinishedUploads()).map(({ uploadId }) => uploadId));
    const { result, isMet } = await runUntilEnded(order, stage);
    const isKilled = isMet && by === "kill";
    const violations = isKilled ? await judgeRemains(stage, reference) : await judgeCancelled(result, stage, reference);
    // The agent empties its temporary folder; what the job itself has noted there stays while the job lasts.
    if (isKilled) for (const name of stage.leftovers()) removeScratch(stage, name);
    stage.clear();
    const next = await runQuietly(stage.step, { nameServers: stage.nameServers });
    violations.push(...(await judgeNext(next, stage, reference, earlierUploads)));
    return { id: endIdOf(order), task: scenario.task, by, moment, isMet, violations };
  } finally {
    await stage.close();
  }
}

async function runUntilEnded(order: EndCase, stage: Stage): Promise<{ result: StepResult; isMet: boolean }> {
  const { by, operation, after, delayMs } = order;
  const { step } = stage;
  mkdirSync(step.workFolder ?? "", { recursive: true });
  const task = new StepProcess(step.workFolder ?? "", "ended");
  const cancel = new AbortController();
  let isMet = false;
  const end = async () => {
    isMet = true;
    await sleep(delayMs);
    if (by === "kill") task.signal("SIGKILL");
    else cancel.abort();
  };
  const server = stage.servers.find(({ name }) => name === order.server);
  const fault = server?.addFault(operation, stoppingAt(order.moment, end), 1, after);
  const env = { ...step.env, ...task.step.env };
  const result = await runStep({ ...step, env, cancel: cancel.signal });
  fault?.remove();
  return { result, isMet };
}

/** Stops a request for good, and says so. */
function stoppingAt(moment: Moment, end: () => Promise<void>): FaultAction {
  if (moment === "within the answer") {
    return distorted((answer) => {
      void end();
      return cutInBody("stay")(answer);
    });
  }
  return {
    kind: "rewrite",
    work: moment === "after the work" ? "done" : "forgotten",
    rewrite: () => {
      void end();
      return { bytes: Buffer.alloc(0), connection: "stay" };
    },
  };
}

function removeScratch({ step }: Stage, name: string): void {
  rmSync(join(step.workFolder ?? "", "_temp", name), { recursive: true, force: true });
}
