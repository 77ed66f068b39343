import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Where a container sees its quota: the microseconds of CPU time that it may use, and the period for which they are, or `max`. */
const QUOTA_FILE = "/sys/fs/cgroup/cpu.max";

/**
 * How many cores this process can keep busy: those of the machine, or as many as the CPU quota of its container is worth, which Node 20 does
 * not count. Source: "cpu.max" in "Control Group v2" of the Linux kernel's documentation.
 */
export function availableCores(quotaFile = QUOTA_FILE): number {
  return Math.min(availableParallelism(), coresOfQuota(quotaFile));
}

function coresOfQuota(file: string): number {
  try {
    const [quota = 0, period = 0] = readFileSync(file, "utf8").split(" ").map(Number);
    return quota > 0 && period > 0 ? Math.max(1, Math.floor(quota / period)) : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
