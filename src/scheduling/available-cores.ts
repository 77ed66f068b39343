import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

/** Where a container sees what it may use. */
const CGROUP_FOLDER = "/sys/fs/cgroup";

/**
 * How many cores this process can keep busy: those of the machine, or as many as the CPU quota of its container is worth, which Node 20 does
 * not count. Source: "cpu.max" in "Control Group v2" of the Linux kernel's documentation, and "CFS Bandwidth Control" for version 1.
 */
export function availableCores(cgroupFolder = CGROUP_FOLDER): number {
  return Math.min(availableParallelism(), coresOfQuota(cgroupFolder));
}

/** The microseconds of CPU time that may be used in each period, over the microseconds of the period. No quota is `max`, or -1. */
function coresOfQuota(folder: string): number {
  const [quota = 0, period = 0] =
    numbersIn(folder, "cpu.max") ?? numbersIn(folder, "cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us") ?? [];
  return quota > 0 && period > 0 ? Math.max(1, Math.floor(quota / period)) : Number.POSITIVE_INFINITY;
}

/** @returns undefined if a file cannot be read, because the system has none of that version. */
function numbersIn(folder: string, ...files: readonly string[]): number[] | undefined {
  try {
    return files.flatMap((file) => readFileSync(join(folder, file), "utf8").split(" ").map(Number));
  } catch {
    return undefined;
  }
}
