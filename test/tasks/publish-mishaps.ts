import { setTimeout as sleep } from "node:timers/promises";
import type { StepRequest, StepResult } from "../../local/agent/agent.ts";
import { type FaultRule, websiteOperation } from "../../local/s3/server.ts";
import type { Random } from "../random.ts";
import { MANIFEST, type PublishBench } from "./publish-bench.ts";
import { StepProcess } from "./publish-process.ts";

/** What befalls a publish: requests that go wrong, or its end somewhere on the way. */
export interface Mishap {
  readonly name: string;
  readonly faults?: readonly FaultRule[];
  readonly end?: { readonly by: "kill" | "cancel"; readonly afterRequests: number };
}

const READS = ["GetObject", "HeadObject", "ListObjectsV2"];
const STORES = ["PutObject", "DeleteObjects"];
const denied = { kind: "status", status: 403, code: "AccessDenied" } as const;

/** Chooses what befalls the next publish; one in six is left in peace. */
export function chooseMishap(random: Random): Mishap {
  const after = random.below(12);
  const stores = { operation: STORES };
  const server = (status: number, code: string): FaultRule => ({
    match: { operation: [...READS, ...STORES] },
    after,
    times: 3,
    action: { kind: "status", status, code },
  });
  const reset = (when: "beforeBody" | "afterBody" | "afterWork"): FaultRule => ({
    match: stores,
    after,
    times: 2,
    action: { kind: "reset", when },
  });
  const forbid = (key: string | RegExp, count = 0): FaultRule => ({
    match: { operation: "PutObject", key },
    after: count,
    action: denied,
  });
  // A whole publish makes up to 26 requests; where all assets are still there, it has stored the pages after 13, and says so after 15.
  const afterRequests = random.pick([1 + random.below(26), 13 + random.below(3)]);
  const ends = (by: "kill" | "cancel"): Mishap => ({ name: by, end: { by, afterRequests } });
  return random.pick<Mishap>([
    { name: "none" },
    { name: "none" },
    { name: "none" },
    { name: "500", faults: [server(500, "InternalError")] },
    { name: "SlowDown", faults: [server(503, "SlowDown")] },
    { name: "reset before the body", faults: [reset("beforeBody")] },
    { name: "reset after the body", faults: [reset("afterBody")] },
    { name: "reset after the work", faults: [reset("afterWork")] },
    {
      name: "answers cut",
      faults: [{ match: { operation: READS }, times: 2, action: { kind: "cutBody", afterBytes: 40 } }],
    },
    { name: "an asset denied", faults: [forbid(/logo|pictures/)] },
    { name: "a page denied", faults: [forbid(random.pick([/^about/, /^docs/, /^news/]))] },
    { name: "the index denied", faults: [forbid("index.html")] },
    { name: "the manifest denied", faults: [forbid(MANIFEST, random.below(3))] },
    { name: "deleting denied", faults: [{ match: { operation: "DeleteObjects" }, action: denied }] },
    ends("kill"),
    ends("kill"),
    ends("kill"),
    ends("kill"),
    ends("cancel"),
  ]);
}

/** Publishes, and lets a mishap happen to it. */
export async function publishWith(
  { faults = [], end }: Mishap,
  bench: PublishBench,
  inputs: Readonly<Record<string, string>>,
): Promise<StepResult> {
  const active = faults.map((rule) => bench.addFault(rule));
  const cancel = new AbortController();
  const task = new StepProcess(bench.workFolder, "publish");
  const step: Partial<StepRequest> = { ...task.step, cancel: cancel.signal };
  const running = bench.publish(inputs, step);
  const ended = new AbortController();
  void running.finally(() => ended.abort());
  if (end && (await seen(bench, end.afterRequests, ended.signal))) {
    if (end.by === "cancel") cancel.abort();
    else task.signal("SIGKILL");
  }
  const result = await running;
  for (const fault of active) fault.remove();
  return result;
}

/** Waits until S3 has seen so many requests. @returns false where the step has ended before. */
async function seen({ server }: PublishBench, requests: number, ended: AbortSignal): Promise<boolean> {
  const count = () => server.requests.filter(({ operation }) => operation !== websiteOperation).length;
  while (!ended.aborted) {
    if (count() >= requests) return true;
    await sleep(2);
  }
  return false;
}
