import type { AwsCli } from "./aws-cli.ts";
import type { S5cmd } from "./s5cmd.ts";
import { type Finding, medianSeconds, peakMb, type Timing } from "./sample.ts";
import type { Tool } from "./tools.ts";

/** The programs that are measured. */
export interface Peers {
  /** The tasks, on each of the agent's Nodes. */
  readonly tasks: readonly Tool[];
  readonly s5cmd: S5cmd;
  /** Programs that do the same by other HTTP clients, on the Node that runs this. */
  readonly clients: readonly Tool[];
  readonly awsCli: AwsCli;
  /** Those that run once, for the record. */
  readonly others: readonly Tool[];
}

/** Something to be measured, by the name with which it can be asked for. */
export interface Part {
  readonly name: string;
  run(peers: Peers): Promise<Finding[]>;
}

/** The task's times over s5cmd's, one for each Node that it ran on, held against the most that they may be. */
export function ratioFindings(work: string, timings: readonly Timing[], maxRatio: number | undefined): Finding[] {
  const peer = timings.find(({ tool }) => tool === "s5cmd") as Timing;
  return timings.filter(isTask).map((task, index) => {
    const ratio = medianSeconds(task) / medianSeconds(peer);
    return {
      work,
      target: maxRatio === undefined ? undefined : `≤ ${maxRatio.toFixed(1)} × ${peer.tool}`,
      measured: `${ratio.toFixed(2)} ×${task.tool.slice("task".length)}`,
      isMet: maxRatio === undefined ? undefined : ratio <= maxRatio,
      timings: index === 0 ? timings : [],
    };
  });
}

/** The most memory that the task took, held against the most that it may take. */
export function memoryFinding(work: string, timings: readonly Timing[], maxMb: number): Finding {
  const measuredMb = Math.max(...timings.filter(isTask).map(peakMb));
  return limitFinding(`${work}: memory`, measuredMb, maxMb, "MB");
}

function isTask({ tool }: Timing): boolean {
  return tool.startsWith("task");
}

/** A figure held against the most that it may be. */
export function limitFinding(work: string, measured: number, limit: number, unit: string, digits = 0): Finding {
  return {
    work,
    target: `≤ ${limit} ${unit}`,
    measured: `${measured.toFixed(digits)} ${unit}`,
    isMet: measured <= limit,
    timings: [],
  };
}
