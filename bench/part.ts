import type { S5cmd } from "./s5cmd.ts";
import { type Finding, medianSeconds, peakMb, type Timing } from "./sample.ts";
import type { Tool } from "./tools.ts";

/** The programs that the task is measured against. */
export interface Peers {
  readonly s5cmd: S5cmd;
  /** Those that run once, for the record. */
  readonly others: readonly Tool[];
}

/** Something to be measured, by the name with which it can be asked for. */
export interface Part {
  readonly name: string;
  run(peers: Peers): Promise<Finding[]>;
}

/** The first timing's time over the second one's, held against the most that it may be. */
export function ratioFinding(work: string, timings: readonly Timing[], maxRatio: number | undefined): Finding {
  const [task, peer] = timings as [Timing, Timing];
  const ratio = medianSeconds(task) / medianSeconds(peer);
  return {
    work,
    target: maxRatio === undefined ? undefined : `≤ ${maxRatio.toFixed(1)} × ${peer.tool}`,
    measured: `${ratio.toFixed(2)} ×`,
    isMet: maxRatio === undefined ? undefined : ratio <= maxRatio,
    timings,
  };
}

/** The most memory that the first of the timings' programs took, held against the most that it may take. */
export function memoryFinding(work: string, [task]: readonly Timing[], maxMb: number): Finding {
  const measuredMb = task ? peakMb(task) : Number.NaN;
  return limitFinding(`${work}: memory`, measuredMb, maxMb, "MB");
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
